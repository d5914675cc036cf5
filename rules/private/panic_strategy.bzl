"""What a panic does: a library has one strategy for all that is linked into it."""

load(":attributes.bzl", "readable")

PanicStrategyInfo = provider(
    doc = "What a program's flags of rustc say of panics.",
    fields = {"strategy": "str: `abort` or `unwind`; `None` if they say nothing."},
)

def panic_strategy(flags):
    """Finds the strategy that flags of rustc ask for.

    Args:
      flags: a list of str, as `rustc_flags` has them.

    Returns:
      What the last of them that names one says, such as `abort`; `None` if none does.
    """
    strategy = None
    words = " ".join(flags).replace("--codegen=", "-C").replace("--codegen ", "-C").replace("-C ", "-C").split(" ")
    for word in words:
        if word.startswith("-Cpanic="):
            strategy = word.removeprefix("-Cpanic=")
    return strategy

def strategy_of_library(label, flags, functions):
    """Decides on the strategy of a library; or fails where its programs disagree.

    A process of its own ends at a panic if its program is compiled with `abort`, and one that unwinds answers with an error: neither can
    be had for the other's programs in one library.

    Args:
      label: a str, the target that joins the programs.
      flags: that one's `rustc_flags`, which decide if they name a strategy.
      functions: the programs, targets with `PanicStrategyInfo`.

    Returns:
      A strategy; `None` if nobody asks for one.
    """
    own = panic_strategy(flags)
    by_strategy = {}
    for function in functions:
        strategy = function[PanicStrategyInfo].strategy or "unwind"
        by_strategy.setdefault(strategy, []).append(readable(function.label))
    aborting = by_strategy.get("abort", [])
    if own == "abort" or not aborting:
        return own
    unwinding = by_strategy.get("unwind", []) + ([label] if own else [])
    if unwinding:
        fail("{}: {} {} compiled with `-Cpanic=abort`, and {} not; functions in one zip are one library, where a panic does one or the other. Pack them in zips of their own, give all of them the flag, or put it into the `rustc_flags` of the zip, which then ends at a panic of any.".format(
            label,
            ", ".join(aborting),
            "are" if len(aborting) > 1 else "is",
            ", ".join(unwinding) + (" are" if len(unwinding) > 1 else " is"),
        ))
    return "abort"
