"""What the rules tell each other, and rules of yours."""

LambdaFunctionInfo = provider(
    doc = "A program that was rewritten into a library.",
    fields = {
        "crate_name": "str: the name of the program's crate.",
        "crate_root": "File: the rewritten file that holds `main`.",
        "handler": "str: the function's name in the handler setting, without `index.`.",
        "manifest": "File: what was done to the program, as JSON.",
        "sources": "depset[File]: the rewritten sources.",
    },
)

LambdaZipInfo = provider(
    doc = "A zip that Lambda takes.",
    fields = {
        "architecture": "str: `x86_64` or `arm64`, as Lambda calls it.",
        "edge": "bool: whether it is for Lambda@Edge, which has no environment variables and no layers.",
        "handlers": "list[str]: the values that the function's handler setting can have.",
        "image_layers": "list[File]: what the zip holds as layers of an image, from the lowest.",
        "library": "File: the shared library in the zip; `None` for a program that is packed as it is.",
        "runtime": "str: the identifier of Lambda's runtime, such as `python3.13`.",
        "streaming": "bool: whether its functions can stream responses.",
        "zip": "File: the zip.",
    },
)
