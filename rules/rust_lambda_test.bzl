"""`rust_lambda_test`: real events to a zip, under Lambda's own runtime client."""

load("//rules/private:attributes.bzl", "TEST_ATTRIBUTES", "begin_macro", "internal", "is_select", "owner_label")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:lambda_test.bzl", "absent_files", "check_pairs", "expected_files", "lambda_test", "lambda_test_update")

# What it names, for who misspells one.
_NAMED = [
    "contexts",
    "env",
    "errors",
    "events",
    "handler",
    "init_error",
    "same_as",
    "same_logs",
    "zip",
]

def rust_lambda_test(
        name,
        zip,
        events = {},
        contexts = {},
        env = {},
        errors = {},
        handler = "",
        init_error = None,
        same_as = None,
        same_logs = False,
        **kwargs):
    """Runs a zip as Lambda does, sends it events, and compares the responses as JSON.

    The zip is unpacked into a read-only folder, and `awslambdaric`, the client of Lambda's Python runtimes, runs it in
    the environment that Lambda documents. It is Linux code: on another system, the test is skipped as incompatible. A zip for another
    CPU than that of the platform that is built for is refused, unless `target_compatible_with` has the test skipped there:
    `["@platforms//cpu:aarch64"]` for `arm64`, `["@platforms//cpu:x86_64"]` for `x86_64`.

        rust_lambda_test(
            name = "lambda_test",
            zip = ":lambda_zip",
            events = {"testdata/ada.json": "testdata/ada.response.json"},
            errors = {"testdata/empty.json": "testdata/empty.error.json"},
        )

    `bazel run //app:lambda_test.update` writes what the function answers into the files with what is expected, those too that are not
    there yet, and keeps the matchers (docs/testing.md) in them that still hold. `NAME.update` is tagged `manual`.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`.
      events: a dict from event files, of JSON, to files with the responses that are expected.
      contexts: a dict from event files to files with what accompanies them, of `{"clientContext": …, "cognitoIdentity": …,
        "tenantId": …, "traceId": …}`.
      env: environment variables of the function, such as `{"TABLE": "users"}`.
      errors: a dict from event files to files with the errors that are expected: `{"errorType": …, "errorMessage": …}`; what
        is not named is not compared.
      handler: the handler setting: one of the zip's (the first by default), or a function of a Python module among its `data`.
      init_error: a file with the error that the initialisation is expected to fail with.
      same_as: the same program for the OS-only runtime, a `rust_binary`. It is sent the same events, and must answer as the zip
        does.
      same_logs: whether it must write the same log, too, without regard to times and colours; with `same_as`.
      **kwargs: attributes that every rule and every test has (`size` is `small` by default, compatibility with Linux is added), and
        `client`, `python` and `python_version`, which choose what it runs under.
    """
    common, own = begin_macro(
        "rust_lambda_test",
        name,
        kwargs,
        named = _NAMED,
        own = FORWARDED["rust_lambda_test"],
        hint = "The zip's `architecture` decides; see `target_compatible_with`." if "architecture" in kwargs else "",
    )
    label = owner_label(name, kwargs)
    expected = {"contexts": contexts or {}, "errors": errors or {}, "events": events or {}}
    check_pairs(label, expected)
    named = [init_error] if init_error and not is_select(init_error) else []
    for files in expected.values():
        if not is_select(files):
            named += files.keys() + files.values()
    attributes = expected_files(label, expected) | {
        "absent": absent_files(named),
        "contexts": contexts,
        "env": env,
        "errors": errors,
        "events": events,
        "handler": handler,
        "init_error": init_error,
        "zip": zip,
    }
    compatible = {
        "target_compatible_with": (common.get("target_compatible_with") or []) + [Label("@platforms//os:linux")],
    }
    lambda_test(
        name = name,
        same_as = same_as,
        same_logs = same_logs,
        **(attributes | common | {"size": "small"} | own | compatible)
    )
    lambda_test_update(
        name = name + ".update",
        **(attributes | internal(common) | {
            key: value
            for key, value in own.items()
            if key == "args" or key not in TEST_ATTRIBUTES
        } | compatible | {"testonly": True})
    )
