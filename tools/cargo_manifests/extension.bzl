"""Copies of this module's Cargo manifests that every crate_universe can read.

crate_universe of rules_rust 0.54 refuses a manifest that names edition 2024, or the resolver that came with it. It only resolves
dependencies, which a lock file pins: the edition that the sources are compiled with is named in the BUILD files.
"""

_OLDER = {
    "edition = \"2024\"": "edition = \"2021\"",
    "resolver = \"3\"": "resolver = \"2\"",
}

def _cargo_manifests_impl(repository_ctx):
    workspace = repository_ctx.attr.workspace
    exports = "exports_files([\"Cargo.toml\", \"Cargo.lock\"])\n"
    repository_ctx.file("BUILD.bazel", exports, executable = False)
    for manifest in repository_ctx.attr.manifests:
        text = repository_ctx.read(manifest)
        for newer, older in _OLDER.items():
            text = text.replace(newer, older)
        if workspace:
            for up in ["../../", "../"]:
                text = text.replace("path = \"" + up, "path = \"")
        folder = manifest.package + "/" if manifest.package else ""
        if workspace and manifest.package != workspace:
            folder = "{}/{}/".format(workspace, manifest.package.rpartition("/")[2])
        repository_ctx.file(folder + "Cargo.toml", text, executable = False)
        repository_ctx.file(folder + "BUILD.bazel", exports, executable = False)

        # Cargo reads no manifest of a package without a target.
        repository_ctx.file(folder + "src/lib.rs", "", executable = False)
    repository_ctx.file("Cargo.lock", repository_ctx.read(repository_ctx.attr.lockfile), executable = False)

_cargo_manifests = repository_rule(
    implementation = _cargo_manifests_impl,
    attrs = {
        "lockfile": attr.label(mandatory = True),
        "manifests": attr.label_list(mandatory = True),
        "workspace": attr.string(
            doc = "The folder of the workspace, where that is not the root. Packages beside it are laid into it, as crate_universe follows no " +
                  "path that leads out of a workspace.",
        ),
    },
)

def _extension_impl(module_ctx):
    _cargo_manifests(
        name = "rules_rust_lambda_manifests",
        lockfile = Label("//:Cargo.lock"),
        manifests = [
            Label("//:Cargo.toml"),
            Label("//bazel_watch:Cargo.toml"),
            Label("//build_tool:Cargo.toml"),
            Label("//deploy/stack_metadata:Cargo.toml"),
            Label("//deploy/template:Cargo.toml"),
            Label("//elf:Cargo.toml"),
            Label("//emulator:Cargo.toml"),
            Label("//inspector:Cargo.toml"),
            Label("//launcher:Cargo.toml"),
            Label("//packager:Cargo.toml"),
            Label("//packager/packing_list:Cargo.toml"),
            Label("//rewriter:Cargo.toml"),
            Label("//shim/library:Cargo.toml"),
            Label("//shim/snapstart:Cargo.toml"),
        ],
    )
    _cargo_manifests(
        name = "rules_rust_lambda_deployer_manifests",
        lockfile = Label("//deploy/deployer:Cargo.lock"),
        manifests = [
            Label("//bazel_watch:Cargo.toml"),
            Label("//deploy/deployer:Cargo.toml"),
            Label("//deploy/stack_metadata:Cargo.toml"),
        ],
        workspace = "deploy/deployer",
    )
    _cargo_manifests(
        name = "rules_rust_lambda_bench_manifests",
        lockfile = Label("//bench:Cargo.lock"),
        manifests = [
            Label("//bench:Cargo.toml"),
            Label("//launcher:Cargo.toml"),
        ],
        workspace = "bench",
    )
    return module_ctx.extension_metadata(reproducible = True)

cargo_manifests = module_extension(
    doc = "Makes the repositories that this module's own crates are resolved from: `@rules_rust_lambda_manifests`; and " +
          "`@rules_rust_lambda_deployer_manifests` and `@rules_rust_lambda_bench_manifests` for the deployer and the benchmark, whose " +
          "crates nothing else needs.",
    implementation = _extension_impl,
)
