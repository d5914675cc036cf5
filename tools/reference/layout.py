"""What the reference says in which order, and what of it Bazel does not tell."""

from __future__ import annotations

RULES = "@rules_rust_lambda//rules:"

# The symbols of `defs.bzl`, by what they are for; those of a struct by their names in it.
GROUPS = {
    "Packing": ["rust_lambda_zip", "rust_lambda_function", "rust_lambda_bridge", "lambda_layer"],
    "Testing and trying": ["rust_lambda_test", "lambda_local", "lambda_py_library", "lambda_runner"],
    "Deploying": ["lambda_deploy", "lambda_template"],
    "Event sources": [
        "event_source.alb",
        "event_source.cognito",
        "event_source.dynamodb",
        "event_source.event_pattern",
        "event_source.http_api",
        "event_source.iot",
        "event_source.kinesis",
        "event_source.s3",
        "event_source.s3_eventbridge",
        "event_source.schedule",
        "event_source.scheduler",
        "event_source.sns",
        "event_source.sqs",
    ],
    "Providers": ["LambdaFunctionInfo", "LambdaLayerInfo", "LambdaZipInfo"],
}

# The struct that those are in.
EVENT_SOURCE = "event_source"

# The macro that describes what another hands on to it.
DESCRIBED_BY = {"lambda_deploy": "lambda_template", "rust_lambda_zip": "rust_lambda_function"}

EVERY_RULE = "[every rule](https://bazel.build/reference/be/common-definitions#common-attributes)"
_RULES_RUST = "[rules_rust](https://bazelbuild.github.io/rules_rust/rules.html)'s"

# Where attributes are described that no docstring of these rules describes: by the names that `OF_OTHERS` of
# rules/private/forwarded.bzl has for whose they are.
OTHERS = {
    "oci_image": "[rules_oci](https://github.com/bazel-contrib/rules_oci/blob/main/docs/image.md)'s `oci_image`",
    "rust_binary": f"{_RULES_RUST} `rust_binary`, for a program that is built as it is",
    "rust_library": f"{_RULES_RUST} `rust_library`, in versions of it that have them",
    "tests": "[Bazel's tests](https://bazel.build/reference/be/common-definitions#common-attributes-tests)",
}

TYPES = {
    "BOOLEAN": "boolean",
    "INT": "integer",
    "LABEL": "label",
    "LABEL_LIST": "list of labels",
    "LABEL_STRING_DICT": "dict from labels to strings",
    "STRING": "string",
    "STRING_DICT": "dict from strings to strings",
    "STRING_LIST": "list of strings",
    "STRING_LIST_DICT": "dict from strings to lists of strings",
}

# What a macro takes in another form than the rule below it, or hands to a rule of others.
OWN_TYPES = {
    "base": "label",
    "bucket": "string",
    "dead_letter_queue": "string",
    "edition": "string",
    "event_sources": "list of `event_source`",
    "expression": "string",
    "filter_policy": "dict",
    "filters": "list of dicts",
    "input": "value of JSON",
    "listener": "string",
    "maximum_age_seconds": "integer",
    "maximum_concurrency": "integer",
    "name": "string",
    "on_failure": "string",
    "overrides": "dict from strings to dicts of settings",
    "pattern": "dict",
    "policy_statements": "list of dicts",
    "priority": "integer",
    "proc_macro_deps": "list of labels",
    "queue": "string",
    "remote_tags": "list of strings, or label",
    "repo_tags": "list of strings, or label",
    "repository": "string",
    "retries": "integer",
    "rules_oci": "string",
    "rustc_env_files": "list of labels",
    "sql": "string",
    "stamp": "integer",
    "stream": "string",
    "topic": "string",
    "triggers": "list of strings",
    "user_pool": "string",
    "version": "string",
    "wheel_urls": "dict from strings to lists of strings",
    "zig_sha256": "dict from strings to strings",
    "zig_version": "string",
}

# Of a test, whose rule takes the files by other attributes of its own.
FILES_OF_EVENTS = ["contexts", "errors", "events"]
