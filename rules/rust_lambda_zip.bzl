"""`rust_lambda_zip`: a Rust program as a zip for one of Lambda's managed runtimes."""

load("@rules_rust//rust:defs.bzl", "rust_binary", "rust_shared_library")
load("//rules/private:allocator.bzl", "allocator_crate", "program_allocator")
load("//rules/private:attributes.bzl", "begin_macro", "internal", "is_select", "owner_label")
load("//rules/private:cxx_runtime.bzl", "cxx_runtime")
load("//rules/private:forwarded.bzl", "BINARY_ATTRIBUTES", "FORWARDED")
load("//rules/private:layered_zip.bzl", "layered_zip")
load("//rules/private:names.bzl", "identifier")
load("//rules/private:plain_binary.bzl", "plain_binary")
load("//rules/private:profile.bzl", "PROGRAM_FLAGS", "by_profile")
load("//rules/private:program_zip.bzl", "program_zip")
load("//rules/private:root_crate.bzl", "root_crate")
load("//rules/private:runtimes.bzl", "RUNTIMES", "is_library")
load("//rules/private:rust_toolchain.bzl", "linked_where_rust_is")
load("//rules/private:zip.bzl", "lambda_zip")
load(":rust_lambda_function.bzl", "rust_lambda_function")

# What makes a small and fast executable. The user's `rustc_flags` come behind these, and override them. The crates below may have
# been compiled to bitcode (`rules/private/platform.bzl`): rustc takes them together, and the linker gets machine code.
_CODEGEN_FLAGS = [
    "-Ccodegen-units=1",
    "-Cembed-bitcode=yes",
    "-Clinker-plugin-lto=no",
] + by_profile(dev = ["-Clto=off"], release = ["-Clto=fat"])

_EXECUTABLE_FLAGS = by_profile(dev = ["-Cstrip=none"], release = ["-Cstrip=symbols"])

# The symbols of a library are taken out as it is packed, and kept aside for profilers.
_LIBRARY_FLAGS = by_profile(dev = ["-Cstrip=none"], release = ["-Cstrip=debuginfo"])

# What it names, for who misspells one.
_NAMED = [
    "allocator",
    "architecture",
    "crate_name",
    "data",
    "deps",
    "dispatch",
    "edge",
    "functions",
    "glibc",
    "layer_libraries",
    "layers",
    "metrics_namespace",
    "python_deps",
    "runtime",
    "rustc_flags",
    "srcs",
]

def rust_lambda_zip(
        name,
        srcs = [],
        deps = [],
        allocator = "mimalloc",
        architecture = "x86_64",
        crate_name = None,
        data = [],
        dispatch = "extension",
        edge = False,
        functions = [],
        glibc = "",
        layer_libraries = [],
        layers = [],
        metrics_namespace = "",
        python_deps = [],
        runtime = "python3.13",
        rustc_flags = [],
        **kwargs):
    """Builds Rust programs as one shared library for Lambda, and packs it with its shim into a zip.

    A program is an ordinary one, whose `main` starts the event loop of `lambda_runtime` or `lambda_http`; it is not edited.
    With `srcs` and `deps`, the zip holds that one program, and the function's handler setting is `index.handler`:

        load("@rules_rust_lambda//rules:defs.bzl", "rust_lambda_zip")

        rust_lambda_zip(
            name = "lambda_zip",
            srcs = ["src/main.rs"],
            deps = ["@crates//:lambda_runtime", "@crates//:serde_json", "@crates//:tokio"],
        )

    With `functions`, it holds the programs of several `rust_lambda_function` targets, which share what they depend on;
    their handler settings are `index.` and the targets' names.

    With `layers` alone, one of which holds the library of another zip, it holds what calls that library, and has the other zip's
    functions; see `lambda_layer`.

    The library is always built for Lambda's platform and with optimisation, whatever the command line says.

    With `srcs`, `NAME.bin` is the same program as an ordinary `rust_binary`, tagged `manual`, for the package's `rust_test(crate = …)`,
    `rust_clippy`, `rustfmt_test` and rust-analyzer; see docs/develop.md.

    Other targets that this makes, all tagged `manual` and for this macro alone: `NAME.root` (the library's root crate), `NAME.library`
    (the shared library), `NAME.linked` (another name of it), `NAME.cxx_runtime` (C++'s standard library, where it may be needed) and,
    unless `allocator` is `system`, `NAME.allocator`; with `srcs`, those of a `rust_lambda_function` called `NAME.function` too. For the
    OS-only runtime and for Node.js, `NAME.bootstrap` (the executable), `NAME.linked`, `NAME.cxx_runtime` and `NAME.allocator` alone.

    Every attribute can be a `select()`. For `runtime`, its values are of one kind: Python's, or, for the others, plain ones.

    What Lambda would refuse, or could not run, is refused by the build, all of it at once, with the way out.

    Output groups:
      manifest: for each program, what was changed in it, which engine drives it and why, as JSON.
      rewritten_sources: the programs' sources as they are compiled.
      sbom: `NAME.cdx.json`, a CycloneDX document of what the zip is made of, with those of its layers; see docs/supply_chain.md.
      shared_library: the library alone, as it lies in the zip, or in the layer that holds it.
      symbols: the library with its symbol table, for profilers, and with debug information if `rustc_flags` say so
        (`-Cdebuginfo=1 -Cstrip=none`), at the same addresses.

    Args:
      name: the target's name; the zip is `NAME.zip`.
      srcs: the program's sources, such as `glob(["src/**/*.rs"])`.
      deps: the program's dependencies, as in `rust_binary`: lambda_runtime (0.8 and later), lambda_http or a framework on them is among
        them.
      allocator: what the program takes memory from. `mimalloc` (the default) is the Rust code's allocator in a library, and the `malloc`
        of the process where the program is built as it is: faster from events of 1 KB on, for 45 KB of the zip. A program with a
        `#[global_allocator]`, of its own or of a crate that it depends on, keeps that one. With `malloc`, that one is taken. `system` is
        glibc's, told in a library to keep what was freed for the next invocation. See docs/dispatch.md.
      architecture: `x86_64` (the default) or `arm64`.
      crate_name: as in `rust_binary`: the name of the crate, by default the target's, with what Rust allows in no name as `_`. Also the
        name of the library in the zip.
      data: files, folders, programs and shared libraries that are laid into the zip, at their paths in the package, built for the
        function's platform. Lambda unpacks them into the folder that `LAMBDA_TASK_ROOT` names; see docs/files.md.
      dispatch: how an event reaches Rust. With `extension` (the default), Lambda's Python client calls the library as an extension module of
        CPython. With `ctypes`, it calls the library's C functions, which `shim/include/lambda_shim.h` declares: a little slower, and
        all else is the same. With `native`, the
        program's own client takes the process over while `index.py` is imported, and runs the loop over the Runtime API itself: the speed
        of the OS-only runtime, and its streaming, in a managed runtime; Python code around the handler sees nothing of it. Where SnapStart
        takes a snapshot, the Python client calls in, in each case.
      edge: whether the zip is for Lambda@Edge: it is refused if it is larger than CloudFront takes for viewer events (1 MB), or for what
        Lambda@Edge does not run. See docs/edge.md.
      functions: `rust_lambda_function` targets, in place of `srcs` and `deps`. See docs/many_functions.md.
      glibc: the oldest glibc that it must run with, where that is older than the runtime's: `2.17`, `2.26`, `2.28` or `2.34`. One library for
        all runtimes of Python's has `2.26`; in an image, it is for the base to tell. See docs/overrides.md.
      layer_libraries: names of shared libraries, as `libpq.so.5`, which the program needs and a layer of others brings: one that is named in a
        template by its ARN. What those of `layers` bring is known.
      layers: `lambda_layer` targets that the functions have, in the order in which Lambda unpacks them: of two files of one path, the later
        counts. Tests, the local server, templates and deployments take them from the zip. See docs/layers.md.
      metrics_namespace: has each invocation log its metrics for CloudWatch, under this namespace, such as `Orders` (see
        docs/metrics.md); none are logged by default.
      python_deps: Python libraries (what has rules_python's PyInfo, such as `@pypi//requests`) for Python code among the `data`: laid
        into the zip where that code imports them from, with all that they depend on; see docs/files.md.
      runtime: the identifier of Lambda's runtime: `python3.10` to `python3.14` (`python3.13` by default); `provided.al2023`, for
        which the program of `srcs` is built as it is; or `nodejs22.x` and `nodejs24.x`, whose shim starts that program and proxies.
      rustc_flags: flags of the compiler, as in `rust_binary`, for the program of `srcs` and for the library; they override what is set
        by default (`-Ccodegen-units=1 -Clto=fat -Cstrip=debuginfo` and Bazel's `-c opt`). While a program is being written,
        `--@rules_rust_lambda//rules/settings:profile=dev` on the command line makes larger zips, in a fifth of the time.
      **kwargs: attributes that every rule has, and, for the program of `srcs`, further ones of `rust_lambda_function`: `aliases`,
        `bridge`, `compile_data`, `crate_features`, `crate_root`, `edition`, `engine`, `proc_macro_deps`, `rustc_env`,
        `rustc_env_files`, `stamp`, `version`. A program that is built as it is (`provided.al2023`, Node.js) has more of
        `rust_binary`: `malloc`, `linker_script` and `experimental_use_cc_common_link`.
    """
    srcs, deps, functions = srcs or [], deps or [], functions or []
    allocator, dispatch = allocator or "mimalloc", dispatch or "extension"
    runtime, rustc_flags = runtime or "python3.13", rustc_flags or []
    is_program = not is_select(runtime) and runtime in RUNTIMES and not is_library(runtime)
    common, program = begin_macro(
        "rust_lambda_zip",
        name,
        kwargs,
        named = _NAMED,
        own = FORWARDED["rust_lambda_zip"] + (BINARY_ATTRIBUTES if is_program else []),
    )
    inner = internal(common)
    label = owner_label(name, kwargs)
    if functions and (srcs or deps or program):
        given = [key for key, value in {"srcs": srcs, "deps": deps}.items() if value] + program.keys()
        fail("{}: it has a program's {}, and `functions`, which have their own; give one or the other.".format(
            label,
            ", ".join(["`{}`".format(key) for key in given]),
        ))
    if not functions and not srcs and (is_program or not layers):
        fail("{}: nothing to pack; give it a program's `srcs` and `deps`, or `functions`.".format(label))
    packed = {
        "architecture": architecture,
        "data": data,
        "glibc": glibc or "",
        "layers": layers,
        "runtime": runtime,
    } | common
    if not functions and not srcs:
        of_programs = {
            "allocator": allocator != "mimalloc",
            "crate_name": crate_name,
            "deps": deps,
            "rustc_flags": rustc_flags,
        } | program
        given = ["`{}`".format(attribute) for attribute, value in of_programs.items() if value]
        if given:
            fail("{}: it has a program's {}, and none of its `srcs`; give it those, or, where a layer holds the library, take the others out.".format(
                label,
                ", ".join(given),
            ))
        layered_zip(
            name = name,
            dispatch = dispatch,
            edge = edge,
            layer_libraries = layer_libraries,
            metrics_namespace = metrics_namespace,
            python_deps = python_deps,
            **packed
        )
        return
    crate_name = crate_name or identifier(name)
    packed = packed | {"rustc_flags": rustc_flags}
    if is_program:
        library_only = {
            "bridge": "bridge" in program,
            "dispatch": dispatch != "extension",
            "edge": edge,
            "engine": "engine" in program,
            "functions": functions,
            "layer_libraries": layer_libraries,
            "metrics_namespace": metrics_namespace,
            "python_deps": python_deps,
        }
        given = ["`{}`".format(attribute) for attribute, value in library_only.items() if value]
        if given:
            fail("{}: {} runs one program as it is; take {} out, or choose one of Python's runtimes, which load it as a library.".format(
                label,
                runtime,
                ", ".join(given),
            ))

        # The user's target comes first, for Bazel to name it if there is another of its name.
        program_zip(
            name = name,
            program = name + ".linked",
            **packed
        )
        linked_where_rust_is(
            name = name + ".linked",
            target = name + ".bootstrap",
            **inner
        )
        cxx_runtime(
            name = name + ".cxx_runtime",
            deps = deps,
            **inner
        )
        links = [name + ".cxx_runtime"]
        if allocator != "system" and "malloc" not in program:
            program_allocator(
                name = name + ".allocator",
                srcs = srcs,
                allocator = allocator,
                owner = name,
                deps = deps,
                **inner
            )
            links.append(name + ".allocator")
        rust_binary(
            name = name + ".bootstrap",
            srcs = srcs,
            crate_name = crate_name,
            data = data,
            rustc_flags = _CODEGEN_FLAGS + _EXECUTABLE_FLAGS + PROGRAM_FLAGS + rustc_flags,
            deps = deps + links,
            **(inner | {"stamp": 0} | program)
        )
        plain_binary(
            name,
            common,
            srcs = srcs,
            crate_name = crate_name,
            data = data,
            rustc_flags = rustc_flags,
            deps = deps,
            **({"stamp": 0} | program)
        )
        return
    lambda_zip(
        name = name,
        crate_name = crate_name,
        dispatch = dispatch,
        edge = edge,
        functions = functions or [name + ".function"],
        layer_libraries = layer_libraries,
        library = name + ".linked",
        metrics_namespace = metrics_namespace,
        python_deps = python_deps,
        shared = bool(functions),
        **packed
    )
    if not functions:
        rust_lambda_function(
            name = name + ".function",
            srcs = srcs,
            crate_name = crate_name,
            data = data,
            deps = deps,
            dispatch = dispatch,
            handler = "handler",
            owner = name,
            program_name = name,
            rustc_flags = rustc_flags,
            **(inner | program)
        )
    linked_where_rust_is(
        name = name + ".linked",
        target = name + ".library",
        **inner
    )
    root_crate(
        name = name + ".root",
        allocator = allocator,
        compile_data = program.get("compile_data"),
        crate_name = crate_name,
        data = data,
        functions = functions or [name + ".function"],
        owner = name,
        rustc_flags = rustc_flags,
        **inner
    )
    links = []
    if allocator != "system":
        allocator_crate(
            name = name + ".allocator",
            allocator = allocator,
            **inner
        )
        links.append(name + ".allocator")
    cxx_runtime(
        name = name + ".cxx_runtime",
        deps = functions or [name + ".function"],
        **inner
    )
    links.append(name + ".cxx_runtime")
    rust_shared_library(
        name = name + ".library",
        srcs = [name + ".root"],
        # Of the target's name: one program may be packed in several ways.
        crate_name = "library_" + identifier(name),
        crate_root = name + ".root",
        edition = "2024",
        # Behind these come the root's.
        rustc_flags = _CODEGEN_FLAGS + _LIBRARY_FLAGS,
        # The root is among the dependencies for the flags that it brings.
        deps = (functions or [name + ".function"]) + links + [name + ".root", Label("//shim/library:lambda_shim")],
        **inner
    )
