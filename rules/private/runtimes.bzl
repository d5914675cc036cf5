"""Lambda's runtimes, and what each asks of a package."""

# By Lambda's identifier: the glibc of its operating system (Amazon Linux 2 or 2023), and the file that the runtime loads, if it
# does not start the program itself.
RUNTIMES = {
    "python3.10": struct(glibc = "2.26", shim = "index.py"),
    "python3.11": struct(glibc = "2.26", shim = "index.py"),
    "python3.12": struct(glibc = "2.34", shim = "index.py"),
    "python3.13": struct(glibc = "2.34", shim = "index.py"),
    "python3.14": struct(glibc = "2.34", shim = "index.py"),
    "nodejs22.x": struct(glibc = "2.34", shim = "index.mjs"),
    "nodejs24.x": struct(glibc = "2.34", shim = "index.mjs"),
    "provided.al2023": struct(glibc = "2.34", shim = None),
}

# The versions of Python that are among them.
PYTHON_VERSIONS = [runtime.removeprefix("python") for runtime in RUNTIMES if runtime.startswith("python")]

def is_library(runtime):
    """Whether a runtime loads the program as a library; else it runs as it is.

    Args:
      runtime: the identifier.

    Returns:
      A bool.
    """
    return runtime.startswith("python")
