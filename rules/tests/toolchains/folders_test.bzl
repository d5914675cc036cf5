"""A test of where a zip's crates are built: rustc's output depends on it, so it must not be the building machine's."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_FoldersInfo = provider(
    doc = "Where crates are built.",
    fields = {"folders": "list[str]: the folders below `bazel-out`."},
)

_EDGES = ["library", "program"]

def _folders_aspect_impl(target, ctx):
    folders = [
        output.path.split("/")[1]
        for action in target.actions
        if action.mnemonic == "Rustc"
        for output in action.outputs.to_list()
    ]
    for attribute in _EDGES:
        below = getattr(ctx.rule.attr, attribute, None)

        # A transition makes a list of what it leads to.
        for dep in below if type(below) == "list" else []:
            if _FoldersInfo in dep:
                folders += dep[_FoldersInfo].folders
    return [_FoldersInfo(folders = folders)]

_folders_aspect = aspect(
    implementation = _folders_aspect_impl,
    attr_aspects = _EDGES,
)

def _folders_test_impl(ctx):
    env = analysistest.begin(ctx)
    folders = analysistest.target_under_test(env)[_FoldersInfo].folders
    asserts.true(env, folders, "no crate is compiled")
    for folder in folders:
        asserts.true(env, folder.startswith(ctx.attr.cpu + "-opt"), folder)
    return analysistest.end(env)

# As on macOS.
folders_test = analysistest.make(
    _folders_test_impl,
    attrs = {"cpu": attr.string(doc = "Bazel's name of the CPU that the zip is for.", mandatory = True)},
    config_settings = {"//command_line_option:cpu": "darwin_arm64"},
    extra_target_under_test_aspects = [_folders_aspect],
)
