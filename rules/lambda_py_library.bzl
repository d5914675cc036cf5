"""`lambda_py_library`: a zip's functions for Python programs and tests."""

load("//rules/private:attributes.bzl", "begin_macro")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:py_library.bzl", "py_library")

# What it names, for who misspells one.
_NAMED = [
    "imports",
    "zip",
]

def lambda_py_library(name, zip, imports = [], **kwargs):
    """Makes a Python library of a zip, for `deps` of rules_python's `py_test`, `py_binary` and `py_library`.

        lambda_py_library(
            name = "greeter",
            zip = ":lambda_zip",
        )

        py_test(
            name = "greeter_test",
            srcs = ["greeter_test.py"],
            deps = [":greeter"],
        )

    It is a package of the target's name, with the zip's functions in it. Of the target `//app:greeter`, that is:

        from app import greeter

        greeter.handler({"name": "Ada"}, None)

    An event that is a dict, or what else `json` writes, gives a response of that kind; `bytes` of JSON give `bytes`. The package holds all
    that the zip does, so that several libraries can be imported at a time. The code is that for Lambda's Linux: on another
    system, this and what depends on it are skipped as incompatible, and a zip for another CPU is refused as in `rust_lambda_test`.

    Args:
      name: the target's name, and the package's: of letters, digits and `_`.
      zip: a `rust_lambda_zip` for one of Python's runtimes.
      imports: folders that Python is to look for modules in, as in `py_library`: relative to this package. With `["."]`, it is
        `import greeter`.
      **kwargs: attributes that every rule has (compatibility with Linux is added).
    """
    common, _ = begin_macro("lambda_py_library", name, kwargs, named = _NAMED, own = FORWARDED["lambda_py_library"])
    py_library(
        name = name,
        imports = imports,
        zip = zip,
        **(common | {
            "target_compatible_with": (common.get("target_compatible_with") or []) + [Label("@platforms//os:linux")],
        })
    )
