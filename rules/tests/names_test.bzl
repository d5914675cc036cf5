"""Unit tests of what macros and rules say of names."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:attributes.bzl", "closest", "misspelt")
load("//rules/private:names.bzl", "identifier", "wrong_crate_name", "wrong_handler", "wrong_library_name")

def _misspelt_test_impl(ctx):
    env = unittest.begin(ctx)
    known = ["crate_features", "crate_name", "data", "deps", "runtime"]
    asserts.equals(env, "crate_name", closest("crate_nam", known))
    asserts.equals(env, "deps", closest("dep", known))
    asserts.equals(env, "runtime", closest("runtme", known))
    asserts.equals(env, None, closest("visibility", known))
    asserts.equals(env, "runtime", closest("runtimes_of_it", known))
    asserts.equals(env, None, closest("x", known))
    asserts.equals(env, None, closest("deps", []))
    asserts.equals(
        env,
        ["`dependencies`", "`datas` (did you mean `data`?)"],
        misspelt(["deps", "dependencies", "datas"], known),
    )
    return unittest.end(env)

_misspelt_test = unittest.make(_misspelt_test_impl)

def _names_test_impl(ctx):
    env = unittest.begin(ctx)
    for name in ["orders", "Orders2", "o", "_x"]:
        asserts.equals(env, None, wrong_crate_name(name))
    for name in ["orders", "Orders2", "o", "type", "Exception", "isinstance", "os", "crate", "self"]:
        asserts.equals(env, None, wrong_handler(name))
    for name in ["2fa", "a b", "my-handler", "", "é", "a.b"]:
        asserts.true(env, wrong_crate_name(name), name)
        asserts.true(env, wrong_handler(name), name)
    for name in ["crate", "self", "Self", "super", "type", "gen", "try", "std", "lambda_runtime"]:
        asserts.true(env, wrong_crate_name(name), name)
    for name in ["lambda", "None", "import", "_library"]:
        asserts.true(env, wrong_handler(name), name)
    for name, expected in {"a b": "a_b", "2fa": "2fa", "a+b,c": "a_b_c", "my-handler": "my_handler", "o/x.y": "o_x_y"}.items():
        asserts.equals(env, expected, identifier(name))
    asserts.equals(env, None, wrong_library_name("lib2fa"))
    asserts.true(env, wrong_library_name("libmy-orders"))
    return unittest.end(env)

_names_test = unittest.make(_names_test_impl)

def names_tests(name):
    """Declares the tests of this file.

    Args:
      name: of the suite.
    """
    unittest.suite(name, _misspelt_test, _names_test)
