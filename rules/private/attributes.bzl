"""What the macros do with their arguments: attributes that every rule has, misspelt ones, and names."""

# What Bazel gives every rule. A macro hands these to each target that it makes.
_COMMON = [
    "applicable_licenses",
    "aspect_hints",
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "exec_group_compatible_with",
    "exec_properties",
    "features",
    "package_metadata",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "toolchains",
    "visibility",
]

# What Bazel gives tests besides.
TEST_ATTRIBUTES = [
    "args",
    "flaky",
    "local",
    "shard_count",
    "size",
    "timeout",
]

def is_select(value):
    """Whether a macro's argument holds a `select()`, whose value only rules see.

    Args:
      value: the argument.

    Returns:
      A bool.
    """
    return type(value) == "select"

def _distance(one, other):
    """How many letters have to be changed, added or taken out to make one word of another."""
    row = range(len(other) + 1)
    for index, letter in enumerate(one.elems()):
        above = row
        row = [index + 1]
        for column, compared in enumerate(other.elems()):
            row.append(min(above[column + 1] + 1, row[column] + 1, above[column] + (0 if letter == compared else 1)))
    return row[-1]

def closest(word, words):
    """Finds what a misspelt word may be meant for.

    Args:
      word: the word.
      words: what there is.

    Returns:
      The closest of `words`; `None` if none is close.
    """
    distances = sorted([(_distance(word, candidate), candidate) for candidate in words])
    near = [candidate for distance, candidate in distances if distance <= max(1, len(word) // 3)]
    continued = [
        candidate
        for _, candidate in distances
        if len(word) > 3 and (candidate.startswith(word) or word.startswith(candidate))
    ]
    return (near + continued + [None])[0]

def misspelt(given, known):
    """Describes names that there are not.

    Args:
      given: the names that were given.
      known: all that there are.

    Returns:
      A list of str, one for each that is not known.
    """
    described = []
    for name in given:
        if name not in known:
            meant = closest(name, known)
            described.append("`{}`{}".format(name, " (did you mean `{}`?)".format(meant) if meant else ""))
    return described

def refuse(label, problems):
    """Fails with all that is wrong with a target, if anything is.

    Args:
      label: the target, as the user writes it.
      problems: a list of str: what is wrong and the way out, each without a full stop.
    """
    if len(problems) == 1:
        fail("{}: {}.".format(label, problems[0]))
    if problems:
        fail("{}:\n  - {}".format(label, "\n  - ".join(problems)))

def begin_macro(macro, name, kwargs, named, own, hint = "", problems = []):
    """Checks a macro's call, and parts the attributes that every rule has from the others.

    Args:
      macro: the macro's name.
      name: the target's name.
      kwargs: the arguments that the macro does not name; `owner` is for a macro that was called by another.
      named: those that it names, which a misspelt one may be meant for.
      own: what of them the macro takes besides the attributes of every rule.
      hint: what else the message says of an attribute that there is not.
      problems: what else is wrong with the call, to be said together.

    Returns:
      A pair of dicts: `kwargs` that every rule has, and the others.
    """
    unknown = misspelt([key for key in kwargs if key != "owner"], named + own + _COMMON)
    if unknown:
        problems = ["{} has no attribute {}{}".format(
            macro,
            ", nor ".join(unknown),
            ". " + hint.removesuffix(".") if hint else "",
        )] + problems
    refuse(owner_label(name, kwargs), problems)
    return (
        {key: value for key, value in kwargs.items() if key in _COMMON},
        {key: value for key, value in kwargs.items() if key not in _COMMON and key != "owner"},
    )

def internal(common):
    """The attributes of a target that a macro makes for itself.

    Args:
      common: the first of what `begin_macro` returns.

    Returns:
      A dict: `common`, for this package alone, and out of `//...`.
    """
    return common | {
        "tags": [tag for tag in common.get("tags") or [] if tag != "manual"] + ["manual"],
        "visibility": ["//visibility:private"],
    }

def owner_label(name, kwargs):
    """Names the target that a user wrote, in a macro that another may have called for it.

    Args:
      name: the name that the macro was called with.
      kwargs: its further arguments, with the user's name as `owner` if another macro gave it.

    Returns:
      A str, as the user writes it.
    """
    return readable(native.package_relative_label(kwargs.get("owner") or name))

# Of rules whose targets macros make for a user's.
OWNER_ATTRS = {
    "owner": attr.string(doc = "The name of the user's target, for messages.", mandatory = True),
}

def owner(ctx):
    """Names the target that a user wrote, in a rule with `OWNER_ATTRS`.

    Args:
      ctx: the rule's context.

    Returns:
      A str, as the user writes it.
    """
    return readable(str(ctx.label).removesuffix(ctx.label.name) + ctx.attr.owner)

def readable(label):
    """Writes a label as its user does.

    Args:
      label: a Label, or what `str` makes of it.

    Returns:
      A str, such as `//app:lambda_zip`.
    """
    return str(label).replace("@@//", "//")
