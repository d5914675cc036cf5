"""What rules_rust has in `rustc_env` and `rustc_flags`: `$(execpath LABEL)`, its like, and `$(VARIABLE)`.

rules_rust itself can't expand them for a rewritten program: the files that the labels stand for are elsewhere.
"""

# Where rules_rust gives absolute paths: a macro's or a build script's folder is not the compiler's.
_ABSOLUTE = ["execpath", "execpaths", "location", "locations"]

def _unquoted(path):
    """Bazel writes a path with a space as a shell would need it."""
    return path[1:-1] if len(path) > 1 and path.startswith("'") and path.endswith("'") else path

def expand(ctx, value, targets, moved):
    """Expands the labels and variables in a value as rules_rust's rules do.

    Args:
      ctx: the rule's context.
      value: the value.
      targets: the targets whose labels it may hold, besides those of the attributes that Bazel looks into by itself.
      moved: where files are that are not where their targets have them: a dict from paths to paths.

    Returns:
      A str, with `${pwd}` where rules_rust's wrapper of the compiler puts the path of the execution root.
    """
    if "$" not in value:
        return value

    # Bazel can't be given one twice.
    targets = {target: None for target in targets}.keys()
    for kind in _ABSOLUTE:
        opening = "$({} ".format(kind)
        parts = value.split(opening)
        value = parts[0]
        for part in parts[1:]:
            label, closing, rest = part.partition(")")
            if not closing:
                value += opening + part
                continue
            expanded = ctx.expand_location(opening + label + closing, targets)
            found = expanded.split(" ") if kind.endswith("s") else [expanded]
            found = [_unquoted(path) for path in found]
            value += " ".join(["$${pwd}/" + moved.get(path, path) for path in found]) + rest
    return ctx.expand_make_variables("rustc", ctx.expand_location(value, targets), {})

def lines(values):
    """Writes values as rules_rust's wrapper of the compiler reads them from a file, a value a line.

    Args:
      values: the values. None ends with a line break, which such a file can't hold.

    Returns:
      The file's content.
    """
    written = []
    for value in values:
        for number, line in enumerate(value.split("\n")):
            # One at the end of a line continues it; two are one.
            line += "\\" * (len(line) - len(line.rstrip("\\")))
            if number:
                written[-1] += "\\"
            written.append(line)
    return "\n".join(written) + "\n"
