"""Where the rules' own tools come from, without a say of the workspace's Rust, crates or lock files.

The first of these that applies:

1. in this repository itself, its own targets (`development/`);
2. a release's executables (`prebuilt.bzl`);
3. this module's source, compiled by Cargo in a repository rule, with a Rust of its own.

Each is fetched, or compiled, when toolchain resolution chooses it: the emulator for who tests or serves a zip, the deployer for who
deploys one.
"""

load("@rules_rust//cargo:defs.bzl", "cargo_bootstrap_repository", "cargo_env")
load(":crates_repository.bzl", "crates_repository")
load(":inputs_repository.bzl", "inputs_repository")
load(":prebuilt.bzl", "PREBUILT")
load(":prebuilt_repository.bzl", "prebuilt_repository")
load(":rust_repository.bzl", "rust_repository")
load(":toolchains_repository.bzl", "toolchains_repository")

# By the tool: the lock file, and the packages of all sources that it is compiled from, its own first.
_SOURCES = {
    "build_tool": struct(
        lockfile = "//:Cargo.lock",
        packages = [
            "//build_tool",
            "//deploy/stack_metadata",
            "//deploy/template",
            "//elf",
            "//inspector",
            "//packager",
            "//packager/packing_list",
            "//rewriter",
        ],
    ),
    "deployer": struct(
        lockfile = "//deploy/deployer:Cargo.lock",
        packages = ["//deploy/deployer", "//bazel_watch", "//deploy/stack_metadata"],
    ),
    "emulator": struct(
        lockfile = "//:Cargo.lock",
        packages = ["//emulator", "//bazel_watch", "//launcher", "//shim/bridge"],
    ),
}

def tool_repositories():
    """Declares the repositories of the rules' tools, and of the crates that only a library needs."""
    rust_repository(name = "rules_rust_lambda_rust")

    # In the eyes of rules_rust, which does not know this module's names.
    rust = "@@{}//:bin/{{tool}}".format(Label("@rules_rust_lambda_rust//:bin").repo_name)
    for tool, source in _SOURCES.items():
        manifests = [Label(package + ":Cargo.toml") for package in source.packages]
        inputs_repository(
            name = "rules_rust_lambda_{}_inputs".format(tool),
            manifests = manifests,
        )
        cargo_bootstrap_repository(
            name = "rules_rust_lambda_{}_source".format(tool),
            binary = tool,
            cargo_lockfile = Label(source.lockfile),
            cargo_toml = manifests[0],
            # Bazel tells that it is compiled; a failure shows all that was said.
            env = {"*": cargo_env({
                "CARGO_TERM_QUIET": "true",
                # Nor do a user's own settings of compilers have a say.
                "RUSTC_WRAPPER": "",
                "RUSTFLAGS": "",
            })},
            rust_toolchain_cargo_template = rust,
            rust_toolchain_rustc_template = rust,
            # Its change has the tool compiled anew.
            srcs = [Label("//:Cargo.toml"), "@rules_rust_lambda_{}_inputs//:inputs.txt".format(tool)],
            timeout = 3600,
        )
        for platform, executable in PREBUILT.get(tool, {}).items():
            prebuilt_repository(
                name = "rules_rust_lambda_{}_{}".format(tool, platform),
                sha256 = executable.sha256,
                urls = executable.urls,
            )
    toolchains_repository(
        name = "rules_rust_lambda_tools",
        prebuilt = {tool: executables.keys() for tool, executables in PREBUILT.items()},
        prebuilt_label = "@rules_rust_lambda_{tool}_{platform}//:tool",
        source_label = "@rules_rust_lambda_{tool}_source//:binary",
    )

    # Whoever has a release's tools needs no more than this.
    rust_repository(
        name = "rules_rust_lambda_cargo",
        components = ["cargo"],
    )
    crates_repository(
        name = "rules_rust_lambda_mimalloc",
        build_files = {
            Label("//shim/mimalloc/crates:root.BUILD.bazel"): "BUILD.bazel",
        },
        cargo = "@rules_rust_lambda_cargo//:bin/cargo",
        lockfile = Label("//shim/mimalloc:Cargo.lock"),
        manifest = Label("//shim/mimalloc:Cargo.toml"),
    )
