"""Lambda's runtimes, and what each asks of a package."""

# By Lambda's identifier: the glibc of its operating system, Amazon Linux 2 or 2023.
RUNTIMES = {
    "python3.10": struct(glibc = "2.26"),
    "python3.11": struct(glibc = "2.26"),
    "python3.12": struct(glibc = "2.34"),
    "python3.13": struct(glibc = "2.34"),
    "python3.14": struct(glibc = "2.34"),
    "provided.al2023": struct(glibc = "2.34"),
}

def is_os_only(runtime):
    """Whether a runtime runs a program as it is.

    Args:
      runtime: the identifier.

    Returns:
      A bool.
    """
    return runtime.startswith("provided.")
