"""`rust_lambda_zip`: a Rust program as a zip for one of Lambda's managed runtimes."""

load("@rules_rust//rust:defs.bzl", "rust_binary", "rust_shared_library")
load("//rules/private:program_zip.bzl", "program_zip")
load("//rules/private:root_crate.bzl", "root_crate")
load("//rules/private:runtimes.bzl", "RUNTIMES", "is_library")
load("//rules/private:zip.bzl", "lambda_zip")
load(":rust_lambda_function.bzl", "rust_lambda_function")

# What makes a small and fast executable. The user's `rustc_flags` come behind these, and override them.
_CODEGEN_FLAGS = ["-Ccodegen-units=1"] + select({
    Label("//rules/settings:dev"): ["-Clto=off"],
    "//conditions:default": ["-Clto=fat"],
})

_EXECUTABLE_FLAGS = ["-Cstrip=symbols"]

# For a library besides: what is the same twice is kept once. The symbols are taken out as it is packed, and kept aside for
# profilers; so a backtrace finds no names, and what would look for them stays out.
_LIBRARY_FLAGS = [
    "-Cstrip=debuginfo",
    "-Clink-arg=--icf=all",
    "-Clink-arg=-Wl,--cut-symbolizer",
]

# By the names of allocators, the crates that set them for a library.
_ALLOCATORS = {
    "mimalloc": [Label("//shim/mimalloc:lambda_mimalloc")],
    "system": [],
}

def _check_namespace(name, namespace):
    """Refuses what CloudWatch takes for no namespace."""
    odd = [char for char in namespace.elems() if not char.isalnum() and char not in "._/#:- "]
    if odd or len(namespace) > 255 or namespace.startswith((":", "AWS/")):
        fail("rust_lambda_zip {}: metrics_namespace is `{}`; it may have 255 letters, digits, spaces and `._/#:-`, and not start with `:` or `AWS/`, which is Amazon's own.".format(
            name,
            namespace,
        ))

def rust_lambda_zip(
        name,
        srcs = [],
        deps = [],
        allocator = "system",
        architecture = "x86_64",
        crate_name = None,
        data = [],
        dispatch = "ctypes",
        edge = False,
        functions = [],
        metrics_namespace = "",
        runtime = "python3.13",
        rustc_flags = [],
        tags = [],
        target_compatible_with = None,
        testonly = None,
        visibility = None,
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

    The library is always built for Lambda's platform and with optimisation, whatever the command line says.
    Besides the zip, these output groups can be asked for: `rewritten_sources`, `manifest`, `shared_library`, and `symbols`: the library
    with its symbol table, and with debug information if `rustc_flags` say so (`-Cdebuginfo=1 -Cstrip=none`), at the same addresses.

    Other targets that this makes, all tagged `manual` and for this macro alone: `NAME.root` (the library's root crate) and
    `NAME.library` (the shared library); with `srcs`, those of a `rust_lambda_function` called `NAME.function` too. For the OS-only
    runtime, `NAME.bootstrap` (the executable) alone.

    Args:
      name: the target's name; the zip is `NAME.zip`.
      srcs: the program's sources.
      deps: the program's dependencies, as in `rust_binary`. lambda_runtime, lambda_http or a framework on them is among them.
      allocator: what the library takes memory from. `system` (the default) is glibc's, told to keep what was freed for the next
        invocation. `mimalloc` takes a quarter to a third off the time of events of 10 KB and more, and adds 52 KB to the zip. A
        program that has a `#[global_allocator]` of its own keeps it: leave this out then.
      architecture: `x86_64` (the default) or `arm64`.
      crate_name: as in `rust_binary`; also the name of the library in the zip.
      data: files that are laid into the zip, at their paths in the package.
      dispatch: how an event reaches Rust. With `ctypes` (the default), Lambda's Python client calls the library. With `native`, the
        program's own client takes the process over while `index.py` is imported, and runs the loop over the Runtime API itself: the speed
        of the OS-only runtime, and its streaming, in a managed runtime; Python code around the handler sees nothing of it. Where SnapStart
        takes a snapshot, the Python client calls in, in either case.
      edge: whether the zip is for Lambda@Edge: it is refused if it is larger than CloudFront takes for viewer events (1 MB), or for what
        Lambda@Edge does not run.
      functions: `rust_lambda_function` targets, in place of `srcs` and `deps`.
      metrics_namespace: has each invocation log its metrics for CloudWatch, under this namespace (see docs/metrics.md); none by
        default.
      runtime: the identifier of Lambda's runtime: `python3.10` to `python3.14` (`python3.13` by default); `provided.al2023`, for
        which the program of `srcs` is built as it is; or `nodejs22.x` and `nodejs24.x`, whose shim starts that program and proxies.
      rustc_flags: as in `rust_binary`, for the program of `srcs` and for the library; overrides what is set by default
        (`-Ccodegen-units=1 -Clto=fat -Cstrip=debuginfo` and Bazel's `-c opt`). While a program is being written,
        `--@rules_rust_lambda//rules/settings:profile=dev` on the command line makes larger zips, in a fifth of the time.
      tags: as everywhere.
      target_compatible_with: as everywhere.
      testonly: as everywhere.
      visibility: as everywhere.
      **kwargs: further attributes of `rust_lambda_function`, for the program of `srcs`: `aliases`, `compile_data`, `crate_features`,
        `crate_root`, `edition`, `engine`, `proc_macro_deps`, `rustc_env`, `rustc_env_files`,
        `stamp`, `version`.
    """
    name_of_crate = name.replace("-", "_").replace(".", "_").replace("/", "_")
    crate_name = crate_name or name_of_crate
    common = {
        "tags": tags + ["manual"],
        "target_compatible_with": target_compatible_with,
        "testonly": testonly,
        "visibility": ["//visibility:private"],
    }
    if functions and (srcs or deps or kwargs):
        given = [key for key, value in {"srcs": srcs, "deps": deps}.items() if value] + kwargs.keys()
        fail("rust_lambda_zip {}: it has a program's {}, and `functions`, which have their own; give one or the other.".format(
            name,
            ", ".join(["`{}`".format(key) for key in given]),
        ))
    if not functions and not srcs:
        fail("rust_lambda_zip {}: nothing to pack; give it a program's `srcs` and `deps`, or `functions`.".format(name))
    if allocator not in _ALLOCATORS:
        fail("rust_lambda_zip {}: allocator is `{}`; it is {}.".format(name, allocator, " or ".join(_ALLOCATORS.keys())))
    packed = {
        "architecture": architecture,
        "data": data,
        "runtime": runtime,
        "tags": tags,
        "target_compatible_with": target_compatible_with,
        "testonly": testonly,
        "visibility": visibility,
    }
    if runtime not in RUNTIMES:
        fail("rust_lambda_zip {}: runtime is `{}`; it is one of {}.".format(name, runtime, ", ".join(RUNTIMES.keys())))
    if metrics_namespace and (dispatch == "native" or not is_library(runtime)):
        fail("rust_lambda_zip {}: metrics are logged where Python's client calls the library; take `metrics_namespace` out, or `{}`.".format(
            name,
            "dispatch" if is_library(runtime) else "runtime",
        ))
    _check_namespace(name, metrics_namespace)
    if edge and (not is_library(runtime) or architecture != "x86_64"):
        fail("rust_lambda_zip {}: Lambda@Edge runs a library on Python's runtimes, on x86_64; this is for {} on {}.".format(name, runtime, architecture))
    if not is_library(runtime):
        if functions or dispatch != "ctypes" or allocator != "system" or "engine" in kwargs:
            fail("rust_lambda_zip {}: {} runs one program as it is; `allocator`, `functions`, `dispatch` and `engine` are for the runtimes that load it as a library.".format(
                name,
                runtime,
            ))
        rust_binary(
            name = name + ".bootstrap",
            srcs = srcs,
            crate_name = crate_name,
            rustc_flags = _CODEGEN_FLAGS + _EXECUTABLE_FLAGS + rustc_flags,
            deps = deps,
            **(common | {"stamp": 0} | kwargs)
        )
        program_zip(
            name = name,
            program = name + ".bootstrap",
            **packed
        )
        return
    if dispatch == "native":
        if functions:
            fail("rust_lambda_zip {}: with `dispatch = \"native\"` a program takes the process over; pack each in a zip of its own.".format(name))

        # What runs as it is can take a process over, and be called where it must not.
        if kwargs.setdefault("engine", "loopback") != "loopback":
            fail("rust_lambda_zip {}: `dispatch = \"native\"` runs the program's own event loop; take `engine` out.".format(name))
    if not functions:
        rust_lambda_function(
            name = name + ".function",
            srcs = srcs,
            crate_name = crate_name,
            handler = "handler",
            program_name = name,
            rustc_flags = rustc_flags,
            deps = deps,
            **(common | kwargs)
        )
        functions = [name + ".function"]
    library_name = "lib" + crate_name
    root_crate(
        name = name + ".root",
        functions = functions,
        library = library_name,
        links = _ALLOCATORS[allocator],
        **common
    )
    rust_shared_library(
        name = name + ".library",
        srcs = [name + ".root"],
        # Of the target's name: one program may be packed in several ways.
        crate_name = name_of_crate + "_library",
        crate_root = name + ".root",
        edition = "2024",
        rustc_flags = _CODEGEN_FLAGS + _LIBRARY_FLAGS + ["-Clink-arg=-Wl,--export-only=PyInit_" + library_name] + rustc_flags,
        deps = functions + _ALLOCATORS[allocator] + [Label("//shim/rust:lambda_shim")],
        **common
    )
    lambda_zip(
        name = name,
        dispatch = dispatch,
        edge = edge,
        functions = functions,
        library = name + ".library",
        library_name = library_name,
        metrics_namespace = metrics_namespace,
        **packed
    )
