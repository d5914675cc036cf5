"""Unit tests of what is said of a version of zig, and of glibc, that is asked for."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:runtimes.bzl", "RUNTIMES", "glibc_for", "loading_runtimes", "wrong_glibc")
load("//rules/toolchain:architectures.bzl", "GLIBC_VERSIONS")
load("//rules/toolchain:zig_wheels.bzl", "wrong_zig")

_DIGEST = "806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130"

def _zig_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, None, wrong_zig("", {}))
    asserts.equals(env, None, wrong_zig("0.15.2", {"linux_x86_64": _DIGEST}))
    for version, sha256, part in [
        ("0.15.2", {}, "by both its number"),
        ("", {"linux_x86_64": _DIGEST}, "by both its number"),
        ("0.15.2", {"linux_amd64": _DIGEST}, "zig is not run on `linux_amd64`; platforms are `linux_aarch64`"),
        ("0.15.2", {"linux_x86_64": _DIGEST[1:]}, "for `linux_x86_64` is no SHA-256"),
        ("0.15.2", {"linux_x86_64": _DIGEST[1:] + "g"}, "for `linux_x86_64` is no SHA-256"),
    ]:
        wrong = wrong_zig(version, sha256) or "nothing"
        asserts.true(env, part in wrong, "{} in {}".format(part, wrong))
    return unittest.end(env)

_zig_test = unittest.make(_zig_test_impl)

def _glibc_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "2.34", glibc_for("python3.13", ""))
    asserts.equals(env, "2.17", glibc_for("python3.13", "2.17"))
    asserts.equals(env, "2.26", glibc_for("python3.11", ""))
    for runtime in RUNTIMES.values():
        asserts.true(env, runtime.glibc in GLIBC_VERSIONS, runtime.glibc)
    asserts.equals(env, [], wrong_glibc("python3.11", ""))
    asserts.equals(env, [], wrong_glibc("python3.11", "2.26"))
    asserts.equals(env, [], wrong_glibc("python3.31", "2.34"))
    for runtime, asked, part in [
        ("python3.11", "2.34", "glibc is `2.34`, and python3.11 has 2.26"),
        ("python3.13", "2.30", "glibc is `2.30`; it is one of `2.17`, `2.26`, `2.28`, `2.34`"),
    ]:
        wrong = "".join(wrong_glibc(runtime, asked))
        asserts.true(env, part in wrong, "{} in {}".format(part, wrong))
    asserts.equals(env, ["python3.12", "python3.13", "python3.14"], loading_runtimes("2.34"))
    asserts.equals(env, loading_runtimes("2.26"), loading_runtimes("2.17"))
    asserts.true(env, "python3.10" in loading_runtimes("2.17"))
    return unittest.end(env)

_glibc_test = unittest.make(_glibc_test_impl)

def overrides_tests(name):
    """Declares the tests.

    Args:
      name: the name of the suite.
    """
    unittest.suite(name, _zig_test, _glibc_test)
