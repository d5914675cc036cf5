"""`lambda_local`: a zip's functions, served on the developer's machine by `bazel run`."""

load("//rules/private:attributes.bzl", "begin_macro")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:local.bzl", "local")

# What it names, for who misspells one.
_NAMED = [
    "env",
    "events",
    "handlers",
    "memory_mb",
    "port",
    "template",
    "timeout_seconds",
    "zip",
]

def lambda_local(
        name,
        zip,
        env = {},
        events = [],
        handlers = {},
        memory_mb = 128,
        port = 9000,
        template = None,
        timeout_seconds = 30,
        **kwargs):
    """Serves a zip with Lambda's Invoke API, function URLs and a page, on 127.0.0.1.

        lambda_local(
            name = "local",
            zip = ":lambda_zip",
            events = glob(["testdata/*.json"]),
            env = {"TABLE": "users"},
        )

    `bazel run //app:local` serves until it is interrupted, and loads the zip anew when that is built;
    `bazel run //app:local -- --watch` builds it after each edit of a source. `bazel run //app:local -- invoke EVENT` sends one
    event: one of `events` by its name, or a file. Arguments after `--` override the attributes:
    `bazel run //app:local -- --port 9001`.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip` for this machine's architecture.
      env: environment variables of the functions, such as `{"TABLE": "users"}`.
      events: files with events, as JSON, which the page offers.
      handlers: a dict from functions' names to handler settings, such as `{"orders": "index.handler"}`. By default, there is a
        function for each of the zip's handlers, named after it; a single one is named after the package.
      memory_mb: the memory that a function is told that it has, in MB. It is not enforced.
      port: the port on 127.0.0.1; 0 is any free one.
      template: the `lambda_template` of the zip, or the `NAME.template` of its `lambda_deploy`: the routes of its `event_sources` are
        served as API Gateway would, and there is an event to send of each other source. See docs/local.md.
      timeout_seconds: how long a function has for an event, in seconds, before its process is killed.
      **kwargs: attributes that every rule has (the tag `ibazel_notify_changes` is added, and compatibility with Linux), and `args`,
        `client`, `python` and `python_version`, which choose what it runs under, as in `rust_lambda_test`.
    """
    common, own = begin_macro("lambda_local", name, kwargs, named = _NAMED, own = FORWARDED["lambda_local"])
    local(
        name = name,
        env = env,
        events = events,
        handlers = handlers,
        memory_mb = memory_mb,
        port = port,
        template = template,
        timeout_seconds = timeout_seconds,
        zip = zip,
        **(common | own | {
            "tags": (common.get("tags") or []) + ["ibazel_notify_changes"],
            "target_compatible_with": (common.get("target_compatible_with") or []) + [Label("@platforms//os:linux")],
        })
    )
