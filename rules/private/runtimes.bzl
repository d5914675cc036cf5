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

def _version(glibc):
    return [int(number) for number in glibc.split(".")]

def oldest_glibc(runtimes):
    """The glibc that all of some runtimes have.

    Args:
      runtimes: their identifiers; those that there are not don't count. None stand for all that there are.

    Returns:
      A str, such as `2.26`.
    """
    known = [RUNTIMES[runtime].glibc for runtime in runtimes if runtime in RUNTIMES]
    return sorted(known or [runtime.glibc for runtime in RUNTIMES.values()], key = _version)[0]

def loading_runtimes(runtime):
    """The runtimes that load a library which is built for one of them.

    Args:
      runtime: the identifier of that one.

    Returns:
      A list of str: Python's, with its glibc or a newer one.
    """
    return [other for other in RUNTIMES if is_library(other) and _version(RUNTIMES[other].glibc) >= _version(RUNTIMES[runtime].glibc)]
