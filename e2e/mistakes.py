#!/usr/bin/env python3
"""Makes mistakes in BUILD files that Bazel refuses while it loads them, and checks what it says.

Mistakes that are found later, when a target is analysed, have tests in //rules/tests.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BAZEL = str(HERE.parent / "tools/bazel")

# The name of a package, what its BUILD file calls, and parts of the message.
MISTAKES: list[tuple[str, str, list[str]]] = [
    (
        "misspelt",
        'rust_lambda_zip(name = "zip", srcs = ["main.rs"], crate_feature = [], memory = 1)',
        [
            "//mistakes/misspelt:zip: rust_lambda_zip has no attribute `crate_feature` (did you mean `crate_features`?), nor `memory`."
        ],
    ),
    (
        "misspelt_setting",
        'lambda_deploy(name = "deploy", zip = ":zip", memory_md = 256)',
        ["//mistakes/misspelt_setting:deploy: lambda_deploy has no attribute `memory_md` (did you mean `memory_mb`?)."],
    ),
    (
        "misspelt_function",
        'rust_lambda_function(name = "f", srcs = ["f.rs"], deps = [], handlers = "f")',
        ["//mistakes/misspelt_function:f: rust_lambda_function has no attribute `handlers` (did you mean"],
    ),
    (
        "misspelt_bridge",
        'rust_lambda_bridge(name = "bridge", deps = [], tag = ["manual"])',
        ["//mistakes/misspelt_bridge:bridge: rust_lambda_bridge has no attribute `tag` (did you mean `tags`?)."],
    ),
    (
        "misspelt_local",
        'lambda_local(name = "local", zip = ":zip", ports = 1)',
        ["//mistakes/misspelt_local:local: lambda_local has no attribute `ports`"],
    ),
    (
        "misspelt_override",
        'lambda_template(name = "template", zip = ":zip", overrides = {"f": {"timeout": 1}})',
        [
            "//mistakes/misspelt_override:template: `overrides` of f has no setting `timeout` (did you mean `timeout_seconds`?)"
        ],
    ),
    (
        "several_overrides",
        'lambda_deploy(name = "d", zip = ":zip", memory = 1, overrides = {"f": {"timeout": 1}, "g": {"ur": "NONE"}})',
        [
            "//mistakes/several_overrides:d:\n  - lambda_deploy has no attribute `memory` (did you mean `memory_mb`?)",
            "\n  - `overrides` of f has no setting `timeout` (did you mean `timeout_seconds`?)",
            "\n  - `overrides` of g has no setting `ur` (did you mean `url`?)",
        ],
    ),
    (
        "select_in_override",
        'lambda_template(name = "t", zip = ":zip", overrides = {"f": {"memory_mb": select({"//conditions:default": 1})}})',
        [
            "//mistakes/select_in_override:t: `overrides` of f has a select() in `memory_mb`; put the select() around `overrides`"
        ],
    ),
    (
        "twice",
        'rust_lambda_zip(name = "zip", srcs = ["main.rs"])\nrust_lambda_zip(name = "zip", srcs = ["other.rs"])',
        ["lambda_zip rule 'zip' in package 'mistakes/twice' conflicts with existing lambda_zip rule, defined at"],
    ),
    (
        "architecture_of_a_test",
        'rust_lambda_test(name = "test", zip = ":zip", architecture = "arm64")',
        [
            "//mistakes/architecture_of_a_test:test: rust_lambda_test has no attribute `architecture`",
            "The zip's `architecture` decides",
        ],
    ),
    (
        "test_without_responses",
        'rust_lambda_test(name = "test", zip = ":zip", events = ["a.json"], errors = {"b.json": ""})',
        [
            "//mistakes/test_without_responses:test: `errors` has b.json without a file with what is expected; name one, and"
            " `bazel run //mistakes/test_without_responses:test.update` writes it",
            "`events` is no dict from event files to files with what is expected of each",
        ],
    ),
    (
        "both",
        'rust_lambda_zip(name = "zip", srcs = ["main.rs"], engine = "inline", functions = [":f"])',
        ["//mistakes/both:zip: it has a program's `srcs`, `engine`, and `functions`, which have their own"],
    ),
    (
        "nothing",
        'rust_lambda_zip(name = "zip")',
        ["//mistakes/nothing:zip: nothing to pack; give it a program's `srcs` and `deps`, or `functions`."],
    ),
    (
        "library_attributes",
        'rust_lambda_zip(name = "zip", srcs = ["main.rs"], dispatch = "native", edge = True, runtime = "provided.al2023")',
        ["//mistakes/library_attributes:zip: provided.al2023 runs one program as it is; take `dispatch`, `edge` out"],
    ),
    (
        "image_without_rules_oci",
        'rust_lambda_image(name = "image", base = ":base", zip = ":zip")',
        [
            "//mistakes/image_without_rules_oci:image: rust_lambda_image makes images by rules_oci 2, which this workspace",
            'lambda_image.rules_oci(defs = "@rules_oci//oci:defs.bzl")',
        ],
    ),
]

LOAD = """\
load("@rules_rust_lambda//rules:image.bzl", "rust_lambda_image")
load(
    "@rules_rust_lambda//rules:defs.bzl",
    "lambda_deploy",
    "lambda_local",
    "lambda_template",
    "rust_lambda_bridge",
    "rust_lambda_function",
    "rust_lambda_test",
    "rust_lambda_zip",
)
"""


def main() -> int:
    # At the module's own depth, as MODULE.bazel names the rules by a relative path.
    folder = HERE / "smoke_in_mistakes"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "smoke", folder, ignore=shutil.ignore_patterns("bazel-*", "MODULE.bazel.lock"))
    for name, calls, _ in MISTAKES:
        package = folder / "mistakes" / name
        package.mkdir(parents=True)
        (package / "BUILD.bazel").write_text(f"{LOAD}\n{calls}\n")
    command = [BAZEL, "query", "--keep_going", "--noshow_progress", "//mistakes/..."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True).stderr
    subprocess.run([BAZEL, "shutdown"], cwd=folder, check=True)
    shutil.rmtree(folder)
    failed = 0
    for name, _, parts in MISTAKES:
        absent = [part for part in parts if part not in said]
        failed += bool(absent)
        for part in absent:
            print(f"{name}: Bazel did not say: {part}")
    if failed:
        print(said)
    print(f"{len(MISTAKES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
