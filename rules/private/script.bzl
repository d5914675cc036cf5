"""What the rules share that write a script for `bazel run`."""

def quote(text):
    """Quotes a text for a shell.

    Args:
      text: the text.

    Returns:
      A str that a shell reads as that text.
    """
    return "'" + text.replace("'", "'\\''") + "'"

# `bazel run` starts programs in this folder, but not all ways to start them do.
_IN_RUNFILES = """\
set -e
export BUILD_WORKING_DIRECTORY="${BUILD_WORKING_DIRECTORY:-$PWD}"
cd "${RUNFILES_DIR:-$0.runfiles}/%s"
"""

def in_runfiles(ctx):
    """The lines of a script that lead to the folder which runfiles' short paths start at.

    Args:
      ctx: the rule's context.

    Returns:
      A str. The folder that the user is in is left in `BUILD_WORKING_DIRECTORY`.
    """
    return _IN_RUNFILES % ctx.workspace_name
