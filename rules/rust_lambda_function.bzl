"""`rust_lambda_function`: a Rust program as a function, to be joined with others in one zip."""

load("@rules_rust//rust:defs.bzl", "rust_library")
load("//rules/private:attributes.bzl", "begin_macro", "internal")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:lambda_function.bzl", "lambda_function")
load("//rules/private:names.bzl", "identifier")
load("//rules/private:output_group.bzl", "output_group")
load("//rules/private:plain_binary.bzl", "plain_binary")
load("//rules/private:profile.bzl", "PROGRAM_FLAGS")
load("//rules/private:rewrite.bzl", "rewrite")
load("//rules/private:rust_toolchain.bzl", "where_rust_is")
load(":rust_lambda_bridge.bzl", "rust_lambda_bridge")

# What the program's crate takes of the rewritten sources.
_PARTS = [
    "compile_data",
    "crate_root",
    "rustc_env",
    "rustc_flags",
]

# What it names, for who misspells one.
_NAMED = [
    "aliases",
    "bridge",
    "compile_data",
    "crate_features",
    "crate_name",
    "crate_root",
    "data",
    "deps",
    "dispatch",
    "edition",
    "engine",
    "handler",
    "proc_macro_deps",
    "program_name",
    "rustc_env",
    "rustc_env_files",
    "rustc_flags",
    "srcs",
    "stamp",
    "version",
]

def rust_lambda_function(
        name,
        srcs,
        deps,
        aliases = {},
        bridge = None,
        compile_data = [],
        crate_features = [],
        crate_name = None,
        crate_root = None,
        data = [],
        dispatch = "extension",
        edition = None,
        engine = "auto",
        handler = None,
        proc_macro_deps = [],
        program_name = None,
        rustc_env = {},
        rustc_env_files = [],
        rustc_flags = [],
        stamp = 0,
        version = None,
        **kwargs):
    """Makes a Rust program a function that `rust_lambda_zip` packs, alone or with others.

    The program is an ordinary one with a `main` that starts `lambda_runtime`'s or `lambda_http`'s event loop; it is not
    edited.

        load("@rules_rust_lambda//rules:defs.bzl", "rust_lambda_function", "rust_lambda_zip")

        rust_lambda_function(
            name = "hello",
            srcs = ["hello.rs"],
            deps = ["@crates//:lambda_runtime", "@crates//:tokio"],
        )

        rust_lambda_function(
            name = "goodbye",
            srcs = ["goodbye.rs"],
            deps = ["@crates//:lambda_runtime", "@crates//:tokio"],
        )

        # Handlers: index.hello and index.goodbye.
        rust_lambda_zip(
            name = "lambda_zip",
            functions = [":goodbye", ":hello"],
        )

    `bazel build` of a function rewrites it and compiles nothing of it (but runs a build script among the `deps`, which may set a `cfg`), as only a
    zip tells what it is compiled for: in what a zip rewrites, the `cfg` of the architecture and of `debug_assertions` may come out otherwise.

    Output groups:
      manifest: what was changed in the program, which engine drives it and why, as JSON.
      rewritten_sources: the program's sources as they are compiled; what the target builds by default, too.

    `NAME.bin` is the same program as an ordinary `rust_binary`, tagged `manual`, for the package's `rust_test(crate = …)`, `rust_clippy`,
    `rustfmt_test` and rust-analyzer; see docs/develop.md.

    Other targets that this makes, all tagged `manual` and for this macro alone: `NAME.rewritten` (the rewritten sources), of which
    `NAME.rewritten.compile_data`, `NAME.rewritten.crate_root`, `NAME.rewritten.rustc_env` and `NAME.rewritten.rustc_flags` are parts,
    `NAME.program` (the program's crate) and, without `bridge`, those of a `rust_lambda_bridge` called `NAME.bridge`.

    Args:
      name: the target's name.
      srcs: the program's sources, such as `["src/main.rs"]`.
      deps: the program's dependencies, as in `rust_binary`: lambda_runtime (0.8 and later), lambda_http or a framework on them is among
        them.
      aliases: the names by which the program calls dependencies, where they are not the crates' own, as in `rust_binary`:
        `{"@crates//:lambda_runtime": "runtime"}`.
      bridge: a `rust_lambda_bridge` on the program's lambda_runtime, to compile it once for many functions. By default the
        function has its own.
      compile_data: files that the program is compiled from besides `srcs`, as for `include_str!`, as in `rust_binary`; see docs/files.md.
      crate_features: the Cargo features that are on in the program, as in `rust_binary`.
      crate_name: as in `rust_binary`: the name of the crate, by default the target's, with what Rust allows in no name as `_`.
      crate_root: the file that holds `main`, as in `rust_binary`: by default `main.rs`, `NAME.rs` or the only source.
      data: what `$(rootpath)` in `rustc_env` and `rustc_flags` may name besides `compile_data`. It is packed by the `data` of a zip.
      dispatch: the `dispatch` of a zip of this program alone, which `rust_lambda_zip` sets.
      edition: the edition of Rust, such as `"2021"`, as in `rust_binary`; by default, the Rust toolchain's.
      engine: how `main` is driven. `auto` (the default) takes the fastest that can drive it: `inline` polls an
        asynchronous `main` on the thread that calls in, `thread` runs a `main` on a thread of its own, `loopback` has the
        program's own client talk HTTP to the library. The `manifest` output group tells which it was, and why. One that is
        named here and can't drive the program is an error.
      handler: the function's name in the handler setting `index.NAME`; the target's name by default, with what Python
        allows in no name as `_`.
      proc_macro_deps: the procedural macros that the program uses, as in `rust_binary`; newer versions of rules_rust take them in `deps`, too.
      program_name: the name that the file with `main` may have, if it is not the target's.
      rustc_env: environment variables of the compiler, for `env!`, as in `rust_binary`.
      rustc_env_files: files with more of them, a `NAME=value` a line, as in `rust_binary`.
      rustc_flags: flags of the compiler, as in `rust_binary`.
      stamp: as in `rust_library`: with 1, `{BUILD_TIMESTAMP}` and the like in `rustc_env` and `rustc_env_files` are replaced by what
        the workspace status says; with -1 they are under `--stamp`. 0 by default: the same bytes each time.
      version: the crate's version, for `CARGO_PKG_VERSION`, as in `rust_binary`; `0.0.0` by default.
      **kwargs: attributes that every rule has, and those of `rust_library` that your rules_rust has and this does not name (`link_deps`,
        `lint_config`).
    """
    common, rust = begin_macro("rust_lambda_function", name, kwargs, named = _NAMED, own = FORWARDED["rust_lambda_function"])
    inner = internal(common)
    owner = kwargs.get("owner") or name
    crate_name = crate_name or identifier(name)

    # The user's target comes first, for Bazel to name it if there is another of its name.
    lambda_function(
        name = name,
        program = where_rust_is(name + ".program"),
        rewritten = where_rust_is(name + ".rewritten"),
        rustc_flags = rustc_flags,
        **common
    )
    rewrite(
        name = name + ".rewritten",
        srcs = srcs,
        aliases = aliases,
        bridge = bridge,
        compile_data = compile_data,
        crate_features = crate_features,
        crate_name = crate_name,
        crate_root = crate_root,
        data = data,
        deps = deps,
        dispatch = dispatch,
        engine = engine,
        handler = handler or "",
        owner = owner,
        proc_macro_deps = proc_macro_deps,
        program_name = program_name or name,
        rustc_env = rustc_env,
        rustc_flags = rustc_flags,
        **inner
    )
    for group in _PARTS:
        output_group(
            name = "{}.rewritten.{}".format(name, group),
            group = group,
            of = name + ".rewritten",
            **inner
        )
    if not bridge:
        bridge = name + ".bridge"
        rust_lambda_bridge(
            name = bridge,
            deps = deps,
            owner = owner,
            **inner
        )
    rust_library(
        name = name + ".program",
        srcs = [name + ".rewritten"],
        aliases = aliases,
        compile_data = [
            name + ".rewritten.compile_data",
            name + ".rewritten.rustc_flags",
        ],
        crate_features = crate_features,
        crate_name = crate_name,
        crate_root = name + ".rewritten.crate_root",
        edition = edition,
        proc_macro_deps = proc_macro_deps,
        # As it is for a binary of that name.
        rustc_env = {"CARGO_PKG_NAME": program_name or name},
        # What is given by files overrides what `rustc_env` says, in this order.
        rustc_env_files = [name + ".rewritten.rustc_env"] + (rustc_env_files or []),
        rustc_flags = PROGRAM_FLAGS + ["@$(execpath {}.rewritten.rustc_flags)".format(name)],
        stamp = stamp,
        version = version or "0.0.0",
        deps = (deps or []) + [bridge],
        **(inner | rust)
    )
    plain_binary(
        owner,
        common,
        srcs = srcs,
        aliases = aliases,
        compile_data = compile_data,
        crate_features = crate_features,
        crate_name = crate_name,
        crate_root = crate_root,
        data = data,
        edition = edition,
        proc_macro_deps = proc_macro_deps,
        rustc_env = rustc_env,
        rustc_env_files = rustc_env_files,
        rustc_flags = rustc_flags,
        stamp = stamp,
        version = version or "0.0.0",
        deps = deps,
        **rust
    )
