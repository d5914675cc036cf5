"""Lambda's runtimes, and what each asks of a package."""

load("//rules/toolchain:architectures.bzl", "GLIBC_VERSIONS")

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

def loading_runtimes(glibc):
    """The runtimes that load a library which is built for a glibc.

    Args:
      glibc: its version.

    Returns:
      A list of str: Python's, with that glibc or a newer one.
    """
    return [runtime for runtime in RUNTIMES if is_library(runtime) and _version(RUNTIMES[runtime].glibc) >= _version(glibc)]

def glibc_for(runtime, asked):
    """The oldest glibc that what is built must run with.

    Args:
      runtime: the identifier of Lambda's runtime. For one that there is not, which a rule refuses, it is the newest.
      asked: an older version than the runtime's, or an empty string.

    Returns:
      A str, such as `2.34`.
    """
    return asked if asked in GLIBC_VERSIONS else RUNTIMES.get(runtime, RUNTIMES["provided.al2023"]).glibc

def wrong_glibc(runtime, asked):
    """Says what is wrong with a version of glibc that was asked for.

    Args:
      runtime: the identifier of Lambda's runtime.
      asked: the version, or an empty string.

    Returns:
      A list of str.
    """
    if asked and asked not in GLIBC_VERSIONS:
        return ["glibc is `{}`; it is one of {}: take the newest that is not newer than yours".format(
            asked,
            ", ".join(["`{}`".format(version) for version in GLIBC_VERSIONS]),
        )]
    if asked and runtime in RUNTIMES and _version(asked) > _version(RUNTIMES[runtime].glibc):
        return ["glibc is `{}`, and {} has {}; take `glibc` out, or choose a newer runtime".format(asked, runtime, RUNTIMES[runtime].glibc)]
    return []
