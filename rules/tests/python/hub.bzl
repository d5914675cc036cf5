"""Wheels as a hub of rules_python's has them: a Python library for each package."""

load("//rules/private:runtime_client_wheels.bzl", "CURRENT_CLIENT", "runtime_client_wheels")
load("//rules/private:wheels_repository.bzl", "wheel", "wheels_repository")

# The version of Python that they are for.
_PYTHON = "3.13"

_BUILD = """\
load("@rules_python//python:py_library.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

[
    py_library(
        name = name,
        srcs = glob([name + "/site-packages/**/*.py"]),
        data = glob(
            [name + "/site-packages/**"],
            exclude = ["**/* *", "**/*.py", "**/*.pyc"],
        ),
        imports = [name + "/site-packages"],
        deps = deps,
    )
    for name, deps in {
        "awslambdaric": [":simplejson", ":snapshot_restore_py"],
        "simplejson": [],
        "snapshot_restore_py": [],
    }.items()
]
"""

def _extension_impl(module_ctx):
    wheels_repository(
        name = "test_pypi",
        build_file_content = _BUILD,
        urls = {},
        wheels = [
            wheel(
                folder = of_client.package + "/site-packages",
                package = of_client.package,
                python_version = _PYTHON,
                sha256 = of_client.sha256,
                tag = of_client.tag,
                version = of_client.version,
            )
            for of_client in runtime_client_wheels(CURRENT_CLIENT, "x86_64")
            if of_client.python_version == _PYTHON
        ],
    )
    return module_ctx.extension_metadata(reproducible = True)

hub = module_extension(
    doc = "Makes `@test_pypi`, of Lambda's client and what it needs, for Python 3.13 on Linux, x86_64.",
    implementation = _extension_impl,
)
