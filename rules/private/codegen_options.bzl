"""What flags of rustc say of code generation."""

def codegen_option(flags, name):
    """Finds the value of an option of code generation, in each of the forms that rustc takes.

    Args:
      flags: a list of str, as `rustc_flags` has them: `["-Clto=off"]`, `["-C", "lto=off"]`, `["--codegen=lto=off"]`.
      name: the option's, such as `lto`.

    Returns:
      A str, what the last of them that names it says; `None` if none does.
    """
    value = None
    words = " ".join(flags).replace("--codegen=", "-C").replace("--codegen ", "-C").replace("-C ", "-C").split(" ")
    for word in words:
        if word.startswith("-C{}=".format(name)):
            value = word.removeprefix("-C{}=".format(name))
    return value
