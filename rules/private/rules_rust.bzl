"""What differs between the versions of rules_rust that these rules run with."""

load("@rules_rust//:version.bzl", "VERSION")

def _is_at_least(minor):
    major, _, rest = VERSION.partition(".")
    number = rest.partition(".")[0]

    # A version of its own making is taken for a new one.
    return major != "0" or not number.isdigit() or int(number) >= minor

# The setting that has a Rust toolchain link without a C toolchain, if there is one.
LINKER_PREFERENCE = "@rules_rust//rust/settings:toolchain_linker_preference" if _is_at_least(68) else None
