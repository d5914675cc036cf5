"""Where a program's rewritten sources lie, and beside them what they include."""

load("@bazel_skylib//lib:paths.bzl", "paths")
load(":attributes.bzl", "owner", "readable")

def path_in_workspace(file):
    """The path of a file as its author has it, whatever configuration built it.

    Args:
      file: a File.

    Returns:
      A str; it starts with `external/REPOSITORY/` for a file of another repository than the main one.
    """
    path = file.short_path
    return "external/" + path[len("../"):] if path.startswith("../") else path

def _manifest_dir(root, label):
    """The folder of a package in the tree, whose root is given."""
    repository = ["external", label.repo_name] if label.workspace_root else []
    return "/".join([part for part in [root] + repository + [label.package] if part])

def _folders(path):
    """The folders that a path leads through, from the innermost."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]

def _check(ctx, sources, data):
    """Refuses, all at once, files that can't lie side by side."""
    wrong = []
    for path, file in sources.items():
        for folder in _folders(path):
            if folder in data:
                wrong.append("`compile_data` has the folder {}, in which {} of the `srcs` lies".format(readable(data[folder].owner), readable(file.owner)))
    for path, file in data.items():
        for folder in _folders(path):
            if folder in data:
                wrong.append("`compile_data` has the folder {} and {} in it".format(readable(data[folder].owner), readable(file.owner)))
    if wrong:
        fail("{}: {}; name the folder's files in its place, as by `glob([\"FOLDER/**\"])`.".format(owner(ctx), ";\n  and ".join(wrong)))

def lay_out(ctx, folder):
    """Declares the files of a program, each at its path in the workspace, below one folder.

    What the sources name by relative paths is where they expect it, of whatever package it is; and so is what they or their macros look
    for below `CARGO_MANIFEST_DIR`, which is this tree's. All of it is declared, so a sandbox and a remote machine have it.

    Args:
      ctx: the context of a rule with the attributes `srcs` and `compile_data`.
      folder: the folder's name.

    Returns:
      A struct: `sources` and `data` are dicts from files to the ones that are declared for them, of which those of `data` are made;
      `moved` has the paths in the tree of all files, by the paths that their targets have; `manifest_dir` is the path of the package's
      folder in the tree, and `root` that of the tree.
    """
    sources = {path_in_workspace(file): file for file in ctx.files.srcs if file.extension == "rs"}
    data = {}
    for file in ctx.files.compile_data + ctx.files.srcs:
        path = path_in_workspace(file)

        # A source may be named twice, as by a `glob` of all files.
        if path in sources:
            continue
        if path in data and data[path] != file:
            fail("{}: two files of `compile_data` would be {}: of {} and of {}; take one out.".format(
                owner(ctx),
                path,
                readable(data[path].owner),
                readable(file.owner),
            ))
        data[path] = file

    _check(ctx, sources, data)
    linked = {}
    for path, file in data.items():
        name = paths.join(folder, path)
        linked[file] = ctx.actions.declare_directory(name) if file.is_directory else ctx.actions.declare_file(name)
        ctx.actions.symlink(output = linked[file], target_file = file)
    declared = {file: ctx.actions.declare_file(paths.join(folder, path)) for path, file in sources.items()}
    root = ""
    for path, file in sources.items():
        root = declared[file].path.removesuffix("/" + path)
    return struct(
        data = linked,
        manifest_dir = _manifest_dir(root, ctx.label),
        moved = {file.path: paths.join(root, path) for path, file in (sources | data).items()},
        root = root,
        sources = declared,
    )
