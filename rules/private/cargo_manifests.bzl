"""Copies of this module's Cargo manifests that every crate_universe can read.

crate_universe of rules_rust 0.54 refuses a manifest that names edition 2024. It only resolves dependencies, for
which the edition means nothing: the edition that the sources are compiled with is named in the BUILD files.
"""

def _cargo_manifests_impl(repository_ctx):
    for manifest in repository_ctx.attr.manifests:
        text = repository_ctx.read(manifest).replace("edition = \"2024\"", "edition = \"2021\"")
        folder = manifest.package + "/" if manifest.package else ""
        repository_ctx.file(folder + "Cargo.toml", text, executable = False)
        repository_ctx.file(folder + "BUILD.bazel", "exports_files([\"Cargo.toml\", \"Cargo.lock\"])\n", executable = False)

        # Cargo reads no manifest of a package without a target.
        repository_ctx.file(folder + "src/lib.rs", "", executable = False)
    repository_ctx.file("Cargo.lock", repository_ctx.read(repository_ctx.attr.lockfile), executable = False)

_cargo_manifests = repository_rule(
    implementation = _cargo_manifests_impl,
    attrs = {
        "lockfile": attr.label(mandatory = True),
        "manifests": attr.label_list(mandatory = True),
    },
)

def _extension_impl(module_ctx):
    _cargo_manifests(
        name = "rules_rust_lambda_manifests",
        lockfile = Label("//:Cargo.lock"),
        manifests = [
            Label("//:Cargo.toml"),
            Label("//deploy/template:Cargo.toml"),
            Label("//emulator:Cargo.toml"),
            Label("//packager:Cargo.toml"),
            Label("//rewriter:Cargo.toml"),
            Label("//shim/mimalloc:Cargo.toml"),
            Label("//shim/rust:Cargo.toml"),
            Label("//shim/snapstart:Cargo.toml"),
        ],
    )
    return module_ctx.extension_metadata(reproducible = True)

cargo_manifests = module_extension(
    doc = "Makes `@rules_rust_lambda_manifests`, which this module's own crates are resolved from.",
    implementation = _extension_impl,
)
