"""What a tool is compiled from, in one file: a change of any source is a change of it."""

def _inputs_repository_impl(repository_ctx):
    text = ""
    for manifest in repository_ctx.attr.manifests:
        repository_ctx.watch(manifest)
        root = repository_ctx.path(manifest).dirname
        text += repository_ctx.read(manifest)
        folders = [root.get_child(name) for name in ["samples", "src"]]
        folders = [folder for folder in folders if folder.exists]
        for folder in folders:
            repository_ctx.watch_tree(folder)

        # Starlark has no recursion; no source tree is deeper.
        for _ in range(10):
            below = []
            for folder in folders:
                for entry in sorted(folder.readdir(), key = str):
                    if entry.is_dir:
                        below.append(entry)
                    else:
                        text += "\n{}\n{}".format(str(entry)[len(str(root)):], repository_ctx.read(entry))
            folders = below
    repository_ctx.file("inputs.txt", text, executable = False)
    repository_ctx.file("BUILD.bazel", "exports_files([\"inputs.txt\"])\n", executable = False)

inputs_repository = repository_rule(
    doc = "Makes `:inputs.txt` of the manifests and sources of Cargo packages, for a repository rule that compiles them.",
    implementation = _inputs_repository_impl,
    attrs = {
        "manifests": attr.label_list(doc = "The packages' Cargo.toml files; sources are in `src` and `samples` beside them.", mandatory = True),
    },
)
