"""What the rules tell each other, and rules of yours: `load("@rules_rust_lambda//rules:defs.bzl", "LambdaZipInfo")`."""

LambdaFunctionInfo = provider(
    doc = "A program that was rewritten into a library, of `rust_lambda_function`.",
    fields = {
        "crate_name": "str: the name of the program's crate.",
        "crate_root": "File: the rewritten file that holds `main`.",
        "handler": "str: the function's name in the handler setting, without `index.`.",
        "manifest": "File: what was done to the program, as JSON.",
        "sources": "depset[File]: the rewritten sources.",
    },
)

LambdaLayerInfo = provider(
    doc = "A layer that Lambda takes, of `lambda_layer`.",
    fields = {
        "architecture": "str: `x86_64` or `arm64`, as Lambda calls it; `any` for a layer without machine code.",
        "files": "depset[File]: what it holds.",
        "label": "Label: the target.",
        "library": "struct of the library of functions that it holds: `dispatch`, `file` (File), `folder` (str: where it lies in the layer), `handlers`, `zip` (Label), of the zip that it was taken from; `None` if it holds none.",
        "list": "File: where its files lie in it, three lines for each: the path in the layer, the file's own, and its target.",
        "runtimes": "list[str]: the identifiers of the runtimes that it is for; empty for any.",
        "zip": "File: the zip.",
    },
)

LambdaZipInfo = provider(
    doc = """A zip that Lambda takes, of `rust_lambda_zip`.

A rule of yours that has a zip reads it so:

    def _upload_impl(ctx):
        info = ctx.attr.zip[LambdaZipInfo]
        print(info.zip.path, info.runtime, info.handlers)

    upload = rule(
        implementation = _upload_impl,
        attrs = {"zip": attr.label(mandatory = True, providers = [LambdaZipInfo])},
    )
""",
    fields = {
        "architecture": "str: `x86_64` or `arm64`, as Lambda calls it.",
        "contents": "dict[str, File]: what the zip holds, by its path in it; of a folder, the File is a directory.",
        "dispatch": "str: how an event reaches the library: `ctypes`, `extension` or `native`; empty for a program that is packed as it is.",
        "edge": "bool: whether it is for Lambda@Edge, which has no environment variables and no layers.",
        "glibc": "str: the oldest glibc that it runs with, such as `2.34`.",
        "handlers": "list[str]: the values that the function's handler setting can have.",
        "image_layers": "list[File]: what the zip holds as layers of an image, from the lowest.",
        "layers": "list[LambdaLayerInfo]: the layers that its functions have, in the order in which they are unpacked.",
        "library": "File: the shared library that it loads, which lies in the zip or in one of its layers; `None` for a program that is packed as it is.",
        "runtime": "str: the identifier of Lambda's runtime, such as `python3.13`.",
        "streaming": "bool: whether its functions can stream responses.",
        "zip": "File: the zip.",
    },
)
