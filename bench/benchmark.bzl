"""What `bazel run //bench` runs, and the zips that it is given."""

load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")

# As Cargo's release profile, with what makes a library small and fast.
RELEASE_FLAGS = [
    "-Ccodegen-units=1",
    "-Clto=fat",
    "-Copt-level=3",
    "-Cstrip=symbols",
]

_PYTHON_TOOLCHAIN = "@rules_python//python:toolchain_type"
_RUST_TOOLCHAIN = "@rules_rust//rust:toolchain_type"

def _one_file(target):
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1:
        fail("{} must be one file; it is {}.".format(target.label, len(files)))
    return files[0]

def _peer_zip_impl(ctx):
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    inputs = []
    for target, name in ctx.attr.files.items():
        file = _one_file(target)
        inputs.append(file)
        arguments.add("--file", "{}={}".format(name, file.path))
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = inputs,
        outputs = [zip],
        mnemonic = "PeerZip",
        progress_message = "Packing %{label}",
    )
    return [DefaultInfo(files = depset([zip]))]

peer_zip = rule(
    doc = "Packs a function that these rules did not make.",
    implementation = _peer_zip_impl,
    attrs = {
        "files": attr.label_keyed_string_dict(doc = "Files, and their names in the zip.", allow_files = True),
    },
    toolchains = [BUILD_TOOL],
)

def _optimized_impl(_settings, _attr):
    return {"//command_line_option:compilation_mode": "opt"}

# Numbers of what is not optimised mean nothing, so nobody has to think of `-c opt`.
_optimized = transition(
    implementation = _optimized_impl,
    inputs = [],
    outputs = ["//command_line_option:compilation_mode"],
)

def _quote(text):
    return "'" + text.replace("'", "'\\''") + "'"

def _rust_version(ctx):
    """Returns a file with what the compiler of the packages says of itself."""
    toolchain = ctx.toolchains[_RUST_TOOLCHAIN]
    output = ctx.actions.declare_file(ctx.label.name + ".rust_version")
    ctx.actions.run_shell(
        command = "\"$1\" --version > \"$2\"",
        arguments = [toolchain.rustc.path, output.path],
        inputs = toolchain.all_files,
        outputs = [output],
        mnemonic = "RustVersion",
        progress_message = "Asking the Rust compiler for its version",
    )
    return output

def _benchmark_impl(ctx):
    runtime = ctx.toolchains[_PYTHON_TOOLCHAIN].py3_runtime
    python = runtime.interpreter.short_path if runtime.interpreter else runtime.interpreter_path
    python_files = [runtime.interpreter] if runtime.interpreter else []
    client = ctx.files._client
    marker = [file for file in client if file.short_path.endswith("/awslambdaric/bootstrap.py")]
    arguments = [
        "--python",
        python,
        "--ric",
        marker[0].short_path.rsplit("/", 3)[0],
    ]
    rust_version = _rust_version(ctx)
    files = ctx.files.locks + [rust_version]
    for lock in ctx.files.locks:
        arguments += ["--lock", lock.short_path]
    for target, name in ctx.attr.packages.items():
        zip = _one_file(target)
        files.append(zip)
        arguments += ["--package", "{}={}".format(name, zip.short_path)]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/usr/bin/env bash\nexec {} {} --built-with \"Rust=$(cut -d ' ' -f 2 {})\" \"$@\"\n".format(
            ctx.executable.runner.short_path,
            " ".join([_quote(argument) for argument in arguments + ctx.attr.options]),
            rust_version.short_path,
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = files + client + python_files + [ctx.executable.runner],
        transitive_files = runtime.files,
    )
    return [DefaultInfo(
        executable = script,
        runfiles = runfiles.merge(ctx.attr.runner[DefaultInfo].default_runfiles),
    )]

benchmark = rule(
    doc = "Runs the benchmark's runner on zips, all of them optimised.",
    implementation = _benchmark_impl,
    attrs = {
        "locks": attr.label_list(
            doc = "The files Cargo.lock of what is measured, to tell its versions.",
            allow_files = True,
        ),
        "options": attr.string_list(doc = "What the runner is told besides."),
        "packages": attr.label_keyed_string_dict(doc = "Zips, and the names of the peers that they are.", allow_files = True),
        "runner": attr.label(doc = "The runner.", cfg = "target", executable = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_client": attr.label(default = "//rules/private:runtime_client"),
    },
    cfg = _optimized,
    executable = True,
    toolchains = [
        _PYTHON_TOOLCHAIN,
        _RUST_TOOLCHAIN,
    ],
)
