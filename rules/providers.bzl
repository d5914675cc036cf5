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
        "contents": "dict[str, File]: what the zip holds, by its path in it; of a folder, the File is a directory.",
        "edge": "bool: whether it is for Lambda@Edge, which has no environment variables and no layers.",
        "handlers": "list[str]: the values that the function's handler setting can have.",
        "library": "File: the shared library in the zip; `None` for a program that is packed as it is.",
        "runtime": "str: the identifier of Lambda's runtime, such as `python3.13`.",
        "streaming": "bool: whether its functions can stream responses.",
        "zip": "File: the zip.",
    },
)
