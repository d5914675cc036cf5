"""`rust_lambda_test`: real events to a zip, under Lambda's own runtime client."""

load("//rules/private:lambda_test.bzl", "lambda_test")

def rust_lambda_test(
        name,
        zip,
        events = {},
        architecture = "x86_64",
        contexts = {},
        env = {},
        errors = {},
        handler = "",
        init_error = None,
        same_as = None,
        same_logs = False,
        size = "small",
        target_compatible_with = [],
        **kwargs):
    """Runs a zip as Lambda does, sends it events, and compares the responses as JSON.

    The zip is unpacked into a read-only folder, and `awslambdaric`, the client of Lambda's Python runtimes, runs it in
    the environment that Lambda documents. It is Linux code: on another system, or another CPU than
    `architecture`, the test is skipped as incompatible.

        rust_lambda_test(
            name = "lambda_test",
            zip = ":lambda_zip",
            events = {"testdata/ada.json": "testdata/ada.response.json"},
            errors = {"testdata/empty.json": "testdata/empty.error.json"},
        )

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`.
      events: a dict from event files to files with the responses that are expected.
      architecture: the zip's architecture: `x86_64` (the default) or `arm64`.
      contexts: a dict from event files to files with what accompanies them, of `{"clientContext": …, "cognitoIdentity": …,
        "tenantId": …, "traceId": …}`.
      env: environment variables of the function.
      errors: a dict from event files to files with the errors that are expected: `{"errorType": …, "errorMessage": …}`; what
        is not named is not compared.
      handler: the handler setting: one of the zip's (the first by default), or a function of a Python module among its `data`.
      init_error: a file with the error that the initialisation is expected to fail with.
      same_as: the same program for the OS-only runtime, a `rust_binary`. It is sent the same events, and must answer as the zip
        does.
      same_logs: whether it must write the same log, too; the time and colours apart.
      size: as everywhere.
      target_compatible_with: as everywhere; Linux and the architecture are added.
      **kwargs: further attributes: those of tests, such as `timeout` and `tags`, `client`, a runtime client in place of the
        one for Python that these rules fetch (`@rules_rust_lambda//rules/private:node_runtime_client` for a zip for Node.js), and `python`, an interpreter in place of the Python toolchain's.
    """
    cpus = {"arm64": Label("@platforms//cpu:aarch64"), "x86_64": Label("@platforms//cpu:x86_64")}
    if architecture not in cpus:
        fail("rust_lambda_test {}: architecture is `{}`; it is x86_64 or arm64.".format(name, architecture))
    if not events and not errors and not init_error:
        fail("rust_lambda_test {}: nothing to test; give it `events`, `errors` or an `init_error`.".format(name))
    lambda_test(
        name = name,
        contexts = contexts,
        env = env,
        errors = errors,
        events = events,
        expectations = {file: None for file in events.values() + errors.values() + contexts.values()}.keys(),
        handler = handler,
        init_error = init_error,
        same_as = same_as,
        same_logs = same_logs,
        size = size,
        target_compatible_with = target_compatible_with + [
            Label("@platforms//os:linux"),
            cpus[architecture],
        ],
        zip = zip,
        **kwargs
    )
