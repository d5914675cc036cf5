"""The functions of a zip, by their names."""

load("//rules:providers.bzl", "LambdaZipInfo")

def functions_of(ctx):
    """Names the functions of a zip.

    Args:
      ctx: the context of a rule with the attributes `zip` and `handlers`.

    Returns:
      A dict from functions' names to their handler settings: `handlers`, or else one function for each of the zip's handlers,
      named after it; a single one is named after the package.
    """
    if ctx.attr.handlers:
        return ctx.attr.handlers
    handlers = ctx.attr.zip[LambdaZipInfo].handlers
    if len(handlers) > 1:
        return {handler.rpartition(".")[2]: handler for handler in handlers}
    name = ctx.label.package.rpartition("/")[2] or ctx.label.name.removesuffix(".template")
    return {name.replace(".", "-"): handlers[0]}
