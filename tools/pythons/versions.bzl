"""The versions of CPython that this module's own tests run under, besides the one of the Python toolchain."""

VERSIONS = ["3.13", "3.14"]
