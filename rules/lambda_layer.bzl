"""`lambda_layer`: files, and the shared library of functions, as a layer for Lambda."""

load("//rules/private:attributes.bzl", "begin_macro")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:layer.bzl", _layer = "lambda_layer")

# What it names, for who misspells one.
_NAMED = [
    "architecture",
    "bin",
    "data",
    "extensions",
    "files",
    "lib",
    "library",
    "python",
    "runtimes",
    "strip_prefix",
]

def lambda_layer(
        name,
        architecture = "x86_64",
        bin = [],
        data = [],
        extensions = [],
        files = {},
        lib = [],
        library = None,
        python = [],
        runtimes = [],
        strip_prefix = "",
        **kwargs):
    """Packs files as a layer, which Lambda unpacks into `/opt` for the functions that have it.

        load("@rules_rust_lambda//rules:defs.bzl", "lambda_layer", "rust_lambda_zip")

        lambda_layer(
            name = "layer",
            extensions = [":flush"],
            lib = ["vendor/libpq.so.5"],
            library = ":lambda_zip",
        )

        rust_lambda_zip(
            name = "orders_zip",
            layers = [":layer"],
        )

    The zip is `NAME.zip`, the same bytes each time. What of it is built is built for Lambda's platform, as `data` of a zip is; ELF files and
    scripts that start with `#!` are executable in it, and all else is not. See docs/layers.md.

    Every attribute can be a `select()`.

    Output groups:
      sbom: `NAME.cdx.json`, a CycloneDX document of what the layer is made of; see docs/supply_chain.md.

    Args:
      name: the target's name.
      architecture: `x86_64` (the default) or `arm64`, for which what it holds is built; machine code for another is refused. `any` is for a
        layer without machine code.
      bin: programs, such as `["//tools:pdftotext"]`, laid into `bin`, which is in `PATH`.
      data: files and folders, laid at their paths in the package.
      extensions: programs, laid into `extensions`. Lambda starts each of them with an environment, by its file's name.
      files: a dict from files to their paths in the layer, such as `{"//fonts:serif.ttf": "fonts/"}`; a path that ends with `/` is a folder, as it is for a target with several files.
      lib: shared libraries, such as `["vendor/libpq.so.5"]`, laid into `lib`, which is in `LD_LIBRARY_PATH`.
      library: a `rust_lambda_zip`, whose shared library is laid where its `dispatch` looks for it. A zip with this layer, and without a program
        of its own, has that one's functions.
      python: Python's modules, laid into `python`, which is in `sys.path`, at their paths in the package.
      runtimes: the identifiers of the runtimes that it is for, such as `["python3.13"]`, 15 at most; what is built is built for the oldest of them. By default, it
        is for any; with `library`, for those that can load that.
      strip_prefix: a folder of the package: what of `python` and `data` lies there is laid without it.
      **kwargs: attributes that every rule has.
    """
    common, _ = begin_macro("lambda_layer", name, kwargs, named = _NAMED, own = FORWARDED["lambda_layer"])
    _layer(
        name = name,
        architecture = architecture,
        bin = bin,
        data = data,
        extensions = extensions,
        files = files,
        lib = lib,
        library = library,
        python = python,
        runtimes = runtimes,
        strip_prefix = strip_prefix,
        **common
    )
