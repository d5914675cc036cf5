"""The program of a zip or a function as an ordinary crate, for what works on the author's sources."""

load("@rules_rust//rust:defs.bzl", "rust_binary")
load(":attributes.bzl", "internal")

def plain_binary(owner, common, **attributes):
    """Makes `OWNER.bin`, a `rust_binary` of a program's own sources: for `rust_test`, `rust_clippy`, `rustfmt_test`, rust-analyzer.

    Nothing of a zip depends on it.

    Args:
      owner: the name of the target that a user wrote.
      common: the attributes of that target which every rule has, as `begin_macro` returns them.
      **attributes: those of `rust_binary`.
    """
    rust_binary(
        name = owner + ".bin",
        **(attributes | internal(common))
    )
