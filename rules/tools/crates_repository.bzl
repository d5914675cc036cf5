"""Crates that a library is linked with, fetched by Cargo from where it is configured to find crates."""

def _crates_repository_impl(repository_ctx):
    manifest = repository_ctx.path(repository_ctx.attr.manifest)
    repository_ctx.watch(repository_ctx.attr.lockfile)
    repository_ctx.report_progress("Fetching crates with Cargo")
    result = repository_ctx.execute([
        repository_ctx.path(repository_ctx.attr.cargo),
        "vendor",
        "--locked",
        "--manifest-path",
        manifest,
        "--quiet",
        repository_ctx.path("."),
    ], timeout = 1200)
    if result.return_code:
        fail("Cargo could not fetch the crates of {}. It is configured by `.cargo/config.toml` in the home folder:\n{}".format(
            repository_ctx.attr.manifest,
            result.stderr,
        ))
    for build_file, path in repository_ctx.attr.build_files.items():
        # Copied: a link would lead nowhere once the rules lie in another folder, and Bazel fetches nothing anew for that.
        repository_ctx.template(path, build_file, executable = False)

crates_repository = repository_rule(
    doc = "Fetches the crates of a lock file, each in a folder of its name, and checks them by the lock file's checksums.",
    implementation = _crates_repository_impl,
    attrs = {
        "build_files": attr.label_keyed_string_dict(doc = "The repository's BUILD files, and their paths in it.", mandatory = True),
        "cargo": attr.label(doc = "Cargo.", mandatory = True),
        "lockfile": attr.label(doc = "The Cargo.lock.", mandatory = True),
        "manifest": attr.label(doc = "The Cargo.toml, of a workspace of its own.", mandatory = True),
    },
)
