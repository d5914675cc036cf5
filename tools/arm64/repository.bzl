"""qemu-user and a CPython for arm64, for this module's own tests of zips for that architecture on x86_64."""

_BUILD = """\
load("@rules_python//python:py_runtime.bzl", "py_runtime")
load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

exports_files(["qemu-aarch64", "root"])

py_runtime(
    name = "runtime",
    # Behind its link.
    files = ["root"],
    interpreter = "bin/python3",
    python_version = "PY3",
)

py_runtime_pair(
    name = "python",
    py3_runtime = ":runtime",
)
"""

def _arm64_impl(repository_ctx):
    host = "{} on {}".format(repository_ctx.os.name, repository_ctx.os.arch)
    missing = [program for program in ["apt-get", "dpkg-deb"] if not repository_ctx.which(program)]
    if host not in ["linux on amd64", "linux on x86_64"] or missing:
        fail("programs for arm64 are run by Debian's packages for Linux on x86_64; this is {}{}.".format(
            host,
            ", without {}".format(" and ".join(missing)) if missing else "",
        ))
    repository_ctx.report_progress("unpacking qemu-user and CPython for arm64")
    result = repository_ctx.execute([
        repository_ctx.path(repository_ctx.attr._script),
        repository_ctx.path(repository_ctx.attr._debian),
    ], timeout = 600)
    if result.return_code:
        fail("qemu-user and CPython for arm64 can't be unpacked from Debian's packages:\n" + result.stderr)
    repository_ctx.file("BUILD.bazel", _BUILD, executable = False)

_arm64 = repository_rule(
    implementation = _arm64_impl,
    attrs = {
        "_debian": attr.label(default = "//:tools/debian.sh"),
        "_script": attr.label(default = ":unpack.sh"),
    },
)

def _extension_impl(module_ctx):
    _arm64(name = "test_arm64")
    return module_ctx.extension_metadata(reproducible = True)

arm64 = module_extension(
    doc = "Makes `@test_arm64`: `:qemu-aarch64`, what it needs to run programs for arm64 (`:root`), and a pair of Python runtimes for arm64 (`:python`).",
    implementation = _extension_impl,
)
