"""What a panic does: a library has one strategy for all that is linked into it."""

load(":attributes.bzl", "readable")
load(":codegen_options.bzl", "codegen_option")

PanicStrategyInfo = provider(
    doc = "What a program's flags of rustc say of panics.",
    fields = {"strategy": "str: `abort` or `unwind`; `None` if they say nothing."},
)

def panic_strategy(flags):
    """Finds the strategy that flags of rustc ask for.

    Args:
      flags: a list of str, as `rustc_flags` has them.

    Returns:
      A str, such as `abort`; `None` if they say nothing.
    """
    return codegen_option(flags, "panic")

def check_panic_strategy(label, flags, functions):
    """Fails where programs of a library end at a panic, and it does not.

    A process of its own ends at a panic if its program is compiled with `abort`, and one that unwinds answers with an error: a library does
    one or the other, and what is below its programs is compiled for it.

    Args:
      label: a str, the target that joins the programs.
      flags: that one's `rustc_flags`.
      functions: the programs, targets with `PanicStrategyInfo`.
    """
    if panic_strategy(flags) == "abort":
        return
    aborting = [readable(function.label) for function in functions if function[PanicStrategyInfo].strategy == "abort"]
    if aborting:
        fail("{}: {} {} compiled with `-Cpanic=abort`, and the zip is not; functions in one zip are one library, where a panic does one or the other. Put the flag into the `rustc_flags` of the zip, which then ends at a panic of any, or pack {} in a zip of {} own that has it.".format(
            label,
            ", ".join(aborting),
            "are" if len(aborting) > 1 else "is",
            "them" if len(aborting) > 1 else "it",
            "their" if len(aborting) > 1 else "its",
        ))
