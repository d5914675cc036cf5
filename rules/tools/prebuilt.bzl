"""The executables of this release. Written by `tools/release/archive.py`; empty in the source tree, whose tools are compiled."""

# By the tool, and the platform that runs it, of Bazel's names (`linux_x86_64`, `osx_aarch64`): where it is, and its SHA-256.
PREBUILT = {}
