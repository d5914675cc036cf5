"""A test that attributes of every rule reach all targets that a macro makes."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("@platforms//host:constraints.bzl", "HOST_CONSTRAINTS")
load("//rules:defs.bzl", "lambda_deploy", "lambda_local", "lambda_template", "rust_lambda_bridge", "rust_lambda_function", "rust_lambda_test", "rust_lambda_zip")

_COMMON = {
    "exec_compatible_with": HOST_CONSTRAINTS,
    "exec_properties": {"Pool": "large"},
    "features": ["a_feature"],
    "tags": ["mine"],
    "testonly": True,
    "toolchains": ["@rules_rust//rust/toolchain:current_rust_toolchain"],
}

_EXPECTED = {
    "exec_properties": {"Pool": "large"},
    "features": ["a_feature"],
    "testonly": True,
}

# What an alias lacks, as it has none.
_OF_ACTIONS = ["exec_properties", "features"]

_PROGRAM = {
    "srcs": ["//rules/tests:echo.rs"],
    "edition": "2021",
    "deps": [
        "@crates//:lambda_runtime",
        "@crates//:serde_json",
        "@crates//:tokio",
    ],
}

def _common_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.true(env, ctx.attr.checked > 0, "targets are made")
    asserts.equals(env, [], ctx.attr.wrong)
    return unittest.end(env)

_common_test = unittest.make(
    _common_test_impl,
    attrs = {
        "checked": attr.int(doc = "How many targets were looked at."),
        "wrong": attr.string_list(doc = "What is not as it should be."),
    },
)

def targets(prefix, **more):
    """Makes a target with each macro.

    Args:
      prefix: what their names start with.
      **more: further attributes of all.
    """
    rust_lambda_bridge(
        name = prefix + "bridge",
        deps = ["@crates//:lambda_runtime"],
        **(_COMMON | more)
    )

    rust_lambda_function(
        name = prefix + "function",
        **(_COMMON | _PROGRAM | more)
    )

    rust_lambda_zip(
        name = prefix + "zip",
        **(_COMMON | _PROGRAM | more)
    )

    rust_lambda_zip(
        name = prefix + "program",
        runtime = "provided.al2023",
        **(_COMMON | _PROGRAM | more)
    )

    rust_lambda_test(
        name = prefix + "test",
        events = {"//rules/tests/handlers:testdata/value.json": "//rules/tests/handlers:testdata/value.json"},
        zip = ":{}zip".format(prefix),
        **(_COMMON | more)
    )

    lambda_local(
        name = prefix + "local",
        zip = ":{}zip".format(prefix),
        **(_COMMON | more)
    )

    lambda_template(
        name = prefix + "template",
        zip = ":{}zip".format(prefix),
        **(_COMMON | more)
    )

    lambda_deploy(
        name = prefix + "deployment",
        zip = ":{}zip".format(prefix),
        **(_COMMON | more)
    )

def common_attributes_test(name, prefix, manual_but, **more):
    """Looks at the targets that this package has so far.

    Args:
      name: the test's name.
      prefix: what the names of the targets start with.
      manual_but: the targets that are not tagged `manual`, as `//...` builds them.
      **more: further attributes that each must have.
    """
    wrong = []
    checked = 0
    for target, attributes in native.existing_rules().items():
        if not target.startswith(prefix):
            continue
        checked += 1
        for attribute, value in (_EXPECTED | more).items():
            if attributes["kind"] == "alias" and attribute in _OF_ACTIONS:
                continue
            found = attributes.get(attribute)
            found = list(found) if type(found) == "tuple" else dict(found.items()) if type(found) == "dict" else found
            if found != value:
                wrong.append("{}: {} is {}".format(target, attribute, found))
        if ("manual" in attributes["tags"]) == (target in manual_but):
            wrong.append("{}: tags are {}".format(target, attributes["tags"]))
        if "mine" not in attributes["tags"]:
            wrong.append("{}: its tags have no `mine`: {}".format(target, attributes["tags"]))
    _common_test(
        name = name,
        checked = checked,
        wrong = wrong,
    )
