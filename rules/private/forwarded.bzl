"""The attributes that macros hand on to the rules below them, beside those that they name and those that every rule has."""

load(":attributes.bzl", "TEST_ATTRIBUTES")
load(":template.bzl", "SETTINGS")

# What the rules take that run a zip.
_EMULATED = [
    "client",
    "python",
    "python_version",
]

# What `rust_library` of newer versions of rules_rust has, which the program's crate gets as it is.
_RUST_LIBRARY = [
    "link_deps",
    "lint_config",
    "require_explicit_unstable_features",
    "unstable_rust_features_config",
]

# What `rust_binary` takes besides, for a program that is built as it is.
BINARY_ATTRIBUTES = [
    "experimental_use_cc_common_link",
    "linker_script",
    "malloc",
]

# What `oci_image` takes, by the name that it has there.
_OCI_IMAGE = [
    "annotations",
    "created",
    "entrypoint",
    "env",
    "exposed_ports",
    "labels",
    "user",
    "volumes",
    "workdir",
]

# Those that are a matter of others, whose documentation describes them, by whose.
OF_OTHERS = {
    "oci_image": _OCI_IMAGE,
    "rust_binary": BINARY_ATTRIBUTES,
    "rust_library": _RUST_LIBRARY,
    "tests": TEST_ATTRIBUTES,
}

# By the macro. docs/reference lists them, too.
FORWARDED = {
    "lambda_deploy": SETTINGS + [
        "aws_tags",
        "handlers",
        "overrides",
        "template_patch",
    ],
    "lambda_layer": [],
    "lambda_local": _EMULATED + ["args"],
    "lambda_py_library": [],
    "lambda_runner": [],
    "lambda_template": SETTINGS,
    "rust_lambda_bridge": [],
    "rust_lambda_function": _RUST_LIBRARY,
    "rust_lambda_image": _OCI_IMAGE,
    "rust_lambda_test": _EMULATED + TEST_ATTRIBUTES,
    # What `rust_lambda_function` takes of a zip's program, and the zip does not name.
    "rust_lambda_zip": [
        "aliases",
        "bridge",
        "compile_data",
        "crate_features",
        "crate_root",
        "edition",
        "engine",
        "proc_macro_deps",
        "rustc_env",
        "rustc_env_files",
        "stamp",
        "version",
    ] + _RUST_LIBRARY,
}
