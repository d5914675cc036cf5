"""CPython in the versions of Lambda's runtimes, for this module's own tests."""

load(":versions.bzl", "VERSIONS")

_BUILD = """\
load("@rules_python//python:py_runtime.bzl", "py_runtime")
load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])
"""

# The interpreter finds what it loads behind its link.
_RUNTIME = """
exports_files(["{version}/bin/python3"])

py_runtime(
    name = "{version}.runtime",
    files = glob(["{version}/usr/**"], exclude = ["{version}/usr/share/**"]),
    interpreter = "{version}/bin/python3",
    python_version = "PY3",
)

py_runtime_pair(
    name = "{version}",
    py3_runtime = ":{version}.runtime",
)
"""

def _pythons_impl(repository_ctx):
    # Elsewhere the tests that ask for an interpreter are left out.
    can = repository_ctx.os.name == "linux" and repository_ctx.os.arch in ["amd64", "x86_64"]
    for program in ["apt-get", "dpkg-deb", "python3"]:
        can = can and repository_ctx.which(program) != None
    if can:
        repository_ctx.report_progress("unpacking CPython " + " and ".join(VERSIONS))
        result = repository_ctx.execute([repository_ctx.path(repository_ctx.attr._script), repository_ctx.path(repository_ctx.attr._debian)] + VERSIONS, timeout = 600)
        if result.return_code:
            fail("CPython can't be unpacked from Debian's packages:\n" + result.stderr)
    found = VERSIONS if can else []
    repository_ctx.file("BUILD.bazel", _BUILD + "".join([_RUNTIME.format(version = version) for version in found]), executable = False)
    repository_ctx.file("versions.bzl", "PYTHONS = {}\n".format(found), executable = False)

_pythons = repository_rule(
    implementation = _pythons_impl,
    attrs = {
        "_debian": attr.label(default = "//:tools/debian.sh"),
        "_script": attr.label(default = ":unpack.sh"),
    },
)

def _extension_impl(module_ctx):
    _pythons(name = "test_pythons")
    return module_ctx.extension_metadata(reproducible = True)

pythons = module_extension(
    doc = "Makes `@test_pythons`: `VERSION`, a pair of runtimes, and its `VERSION/bin/python3`, for each of `PYTHONS` in its `versions.bzl`, which is empty where there are no Debian packages.",
    implementation = _extension_impl,
)
