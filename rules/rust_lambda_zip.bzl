"""`rust_lambda_zip`: a Rust program as a zip for one of Lambda's managed runtimes."""

load("@rules_rust//rust:defs.bzl", "rust_library", "rust_shared_library")
load("//rules/private:bridge_deps.bzl", "bridge_deps")
load("//rules/private:rewrite.bzl", "rewrite")
load("//rules/private:root_crate.bzl", "root_crate")
load("//rules/private:zip.bzl", "lambda_zip")

# What makes a small and fast library. The user's `rustc_flags` come behind these, and override them.
_LIBRARY_FLAGS = [
    "-Ccodegen-units=1",
    "-Clto=fat",
    "-Cstrip=symbols",
]

def rust_lambda_zip(
        name,
        srcs,
        deps,
        aliases = {},
        architecture = "x86_64",
        compile_data = [],
        crate_features = [],
        crate_name = None,
        crate_root = None,
        data = [],
        edition = None,
        proc_macro_deps = [],
        runtime = "python3.13",
        rustc_env = {},
        rustc_env_files = [],
        rustc_flags = [],
        tags = [],
        target_compatible_with = None,
        testonly = None,
        visibility = None):
    """Builds a Rust program as a shared library for Lambda, and packs it with its shim into a zip.

    The program is an ordinary one, with `#[tokio::main] async fn main()` that calls `lambda_runtime::run` or
    `lambda_http::run`; it is not edited. The function's handler setting is `index.handler`.

        load("@rules_rust_lambda//rules:defs.bzl", "rust_lambda_zip")

        rust_lambda_zip(
            name = "lambda_zip",
            srcs = ["src/main.rs"],
            deps = ["@crates//:lambda_runtime", "@crates//:serde_json", "@crates//:tokio"],
        )

    The library is always built for Lambda's platform and with optimisation, whatever the command line says.
    Besides the zip, these output groups can be asked for: `rewritten_sources`, `manifest`, `shared_library`.

    Other targets that this makes, all tagged `manual` and for this macro alone: `NAME.rewritten` (the rewritten sources),
    `NAME.bridge` and `NAME.bridge_deps` (the bridge, compiled against the program's own lambda_runtime),
    `NAME.program` (the program's crate), `NAME.root` (the library's root crate) and `NAME.library` (the shared library).

    Args:
      name: the target's name; the zip is `NAME.zip`.
      srcs: the program's sources.
      deps: the program's dependencies, as in `rust_binary`. lambda_runtime or lambda_http is among them.
      aliases: as in `rust_binary`.
      architecture: `x86_64` (the default) or `arm64`.
      compile_data: as in `rust_binary`.
      crate_features: as in `rust_binary`.
      crate_name: as in `rust_binary`.
      crate_root: as in `rust_binary`: by default `main.rs`, `NAME.rs` or the only source.
      data: files that are laid into the zip, at their paths in the package.
      edition: as in `rust_binary`.
      proc_macro_deps: as in `rust_binary`.
      runtime: the identifier of Lambda's runtime: `python3.10` to `python3.14`; `python3.13` by default.
      rustc_env: as in `rust_binary`.
      rustc_env_files: as in `rust_binary`.
      rustc_flags: as in `rust_binary`, for the program and the library; overrides what is set by default
        (`-Ccodegen-units=1 -Clto=fat -Cstrip=symbols` and Bazel's `-c opt`).
      tags: as everywhere.
      target_compatible_with: as everywhere.
      testonly: as everywhere.
      visibility: as everywhere.
    """
    crate_name = crate_name or name.replace("-", "_").replace(".", "_").replace("/", "_")
    package = native.package_name()
    common = {
        "tags": tags + ["manual"],
        "target_compatible_with": target_compatible_with,
        "testonly": testonly,
        "visibility": ["//visibility:private"],
    }
    rewrite(
        name = name + ".rewritten",
        srcs = srcs,
        aliases = aliases,
        compile_data = compile_data,
        crate_name = crate_name,
        crate_root = crate_root,
        deps = deps,
        program_name = name,
        **common
    )
    for group in ["compile_data", "crate_root"]:
        native.filegroup(
            name = "{}.rewritten.{}".format(name, group),
            srcs = [name + ".rewritten"],
            output_group = group,
            **common
        )
    bridge_deps(
        name = name + ".bridge_deps",
        deps = deps,
        **common
    )
    rust_library(
        name = name + ".bridge",
        srcs = [Label("//shim/bridge:srcs")],
        crate_name = "lambda_bridge",
        crate_root = Label("//shim/bridge:src/lib.rs"),
        edition = "2021",
        deps = [
            name + ".bridge_deps",
            Label("//shim/rust:lambda_shim"),
        ],
        **common
    )
    rust_library(
        name = name + ".program",
        srcs = [name + ".rewritten"],
        aliases = aliases,
        compile_data = [name + ".rewritten.compile_data"],
        crate_features = crate_features,
        crate_name = crate_name,
        crate_root = name + ".rewritten.crate_root",
        edition = edition,
        proc_macro_deps = proc_macro_deps,
        rustc_env = rustc_env,
        rustc_env_files = rustc_env_files,
        # Messages and panics name the author's files.
        rustc_flags = ["--remap-path-prefix=$(BINDIR)/{0}{1}.rewritten/={0}".format(
            package + "/" if package else "",
            name,
        )] + rustc_flags,
        deps = deps + [name + ".bridge"],
        **common
    )
    root_crate(
        name = name + ".root",
        functions = [name + ".rewritten"],
        **common
    )
    rust_shared_library(
        name = name + ".library",
        srcs = [name + ".root"],
        crate_name = crate_name + "_library",
        crate_root = name + ".root",
        edition = "2024",
        rustc_flags = _LIBRARY_FLAGS + rustc_flags,
        deps = [
            name + ".program",
            Label("//shim/rust:lambda_shim"),
        ],
        **common
    )
    lambda_zip(
        name = name,
        architecture = architecture,
        data = data,
        functions = [name + ".rewritten"],
        library = name + ".library",
        library_name = crate_name,
        programs = [name + ".program"],
        runtime = runtime,
        tags = tags,
        target_compatible_with = target_compatible_with,
        testonly = testonly,
        visibility = visibility,
    )
