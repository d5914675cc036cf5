"""CPython in the versions of Lambda's runtimes, for this module's own tests."""

_VERSIONS = ["3.13", "3.14"]

_BUILD = """\
package(default_visibility = ["//visibility:public"])

exports_files([{programs}])
"""

def _pythons_impl(repository_ctx):
    # Elsewhere the tests that ask for an interpreter are left out.
    can = repository_ctx.os.name == "linux" and repository_ctx.os.arch in ["amd64", "x86_64"]
    for program in ["apt-get", "dpkg-deb", "python3"]:
        can = can and repository_ctx.which(program) != None
    programs = []
    if can:
        repository_ctx.report_progress("unpacking CPython " + " and ".join(_VERSIONS))
        result = repository_ctx.execute([repository_ctx.path(repository_ctx.attr._script)] + _VERSIONS, timeout = 600)
        if result.return_code:
            fail("CPython can't be unpacked from Debian's packages:\n" + result.stderr)
        programs = ["{}/bin/python3".format(version) for version in _VERSIONS]
    repository_ctx.file("BUILD.bazel", _BUILD.format(programs = ", ".join(["\"{}\"".format(name) for name in programs])), executable = False)
    repository_ctx.file("versions.bzl", "PYTHONS = {}\n".format(_VERSIONS if can else []), executable = False)

_pythons = repository_rule(
    implementation = _pythons_impl,
    attrs = {"_script": attr.label(default = ":unpack.sh")},
)

def _extension_impl(module_ctx):
    _pythons(name = "test_pythons")
    return module_ctx.extension_metadata(reproducible = True)

pythons = module_extension(
    doc = "Makes `@test_pythons`: `VERSION/bin/python3` for each of `PYTHONS` in its `versions.bzl`, which is empty where there are no Debian packages.",
    implementation = _extension_impl,
)
