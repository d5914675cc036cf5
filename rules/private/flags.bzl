"""Flags of rustc that a target brings to those that have it among their `deps`.

A macro can't write flags that a configured attribute, or a file's path, decides; and a build script's are the only ones that rules_rust
takes from a dependency; from one alone, so a program, which may have a build script, gets none.
"""

load("@rules_rust//rust:rust_common.bzl", "BuildInfo")

def flags_for_dependants(flags, files = []):
    """Has whatever depends on a target compiled with flags.

    Args:
      flags: a File, with a flag a line.
      files: a list of what the flags name.

    Returns:
      The provider that says so.
    """
    return BuildInfo(
        compile_data = depset(files),
        dep_env = None,
        flags = flags,
        link_search_paths = None,
        linker_flags = None,
        out_dir = None,
        rustc_env = None,
    )
