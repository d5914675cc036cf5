"""What BUILD.bazel makes of a program of the corpus."""

load("@rules_rust//rust:defs.bzl", "rust_binary")
load("//rules:defs.bzl", "rust_lambda_function", "rust_lambda_test")

# The versions of crates that the corpus has several of, by the folder that names them.
_VERSIONS = {
    "current": {"lambda_http": "1.3.2", "lambda_runtime": "1.5.0"},
    "edition_2018": {"lambda_http": "1.3.2", "lambda_runtime": "1.5.0"},
    "renamed_crates": {"lambda_runtime": "1.5.0"},
    "two_runtimes": {"lambda_http": "0.15.1", "lambda_runtime": "1.5.0"},
    "v0_13": {"lambda_http": "0.13.0", "lambda_runtime": "0.13.0"},
    "v0_14": {"lambda_http": "0.15.1", "lambda_runtime": "0.14.4"},
    "v0_8": {"lambda_runtime": "0.8.3"},
}

# The lambda_runtime that a program starts, where it is another than the one among its dependencies.
_BRIDGED = {"two_runtimes": "0.14.4"}

def _label(dep, versions):
    if dep.startswith(":"):
        return dep
    if dep == "corpus_framework":
        return ":framework"
    if dep in versions:
        return "@corpus_crates//:{}-{}".format(dep, versions[dep])
    return "@corpus_crates//:" + dep

def program(name, program):
    """Makes a program a function, an executable for the OS-only runtime, and a test that they answer alike.

    Args:
      name: its name.
      program: an entry of PROGRAMS.
    """
    versions = _VERSIONS[program.member]
    aliases = getattr(program, "aliases", {})
    common = {
        "aliases": {_label(dep, versions): name for dep, name in aliases.items()},
        "compile_data": ["{}/{}".format(name, file) for file in program.compile_data],
        "crate_features": getattr(program, "crate_features", []),
        "crate_name": name,
        "crate_root": name + "/main.rs",
        "edition": program.edition,
        "srcs": native.glob(
            [name + "/**/*.rs"],
            exclude = [name + "/build.rs"],
        ),
        "tags": ["manual"],
        "version": "0.1.0",
        "deps": [_label(dep, versions) for dep in program.deps],
    }
    rust_lambda_function(
        name = name,
        bridge = ":bridge_on_" + _BRIDGED.get(program.member, versions["lambda_runtime"]),
        # What is tested is the same, and there are many to compile.
        rustc_flags = ["-Copt-level=0"],
        **common
    )
    rust_binary(
        name = name + ".os_only",
        rustc_env = {"CARGO_PKG_NAME": name},
        **common
    )
    file = "{}/{{}}.json".format(name).format
    context = native.glob(
        [name + "/context.json"],
        allow_empty = True,
    )
    rust_lambda_test(
        name = name + "_test",
        contexts = {file("event"): context[0]} if context else {},
        errors = {file(event): file(event.replace("error_event", "error")) for event in program.errors},
        events = {} if program.init_error else {file(event): file(event.replace("event", "response")) for event in program.events},
        handler = "index." + name,
        init_error = file("init_error") if program.init_error else None,
        same_as = name + ".os_only",
        same_logs = True,
        zip = ":corpus",
    )
