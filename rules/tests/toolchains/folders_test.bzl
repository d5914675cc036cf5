"""A test of where a zip's crates are built: rustc's output depends on it, so it must not be the building machine's."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_FoldersInfo = provider(
    doc = "Where crates are built.",
    fields = {"folders": "list[str]: the folders below `bazel-out`."},
)

# As Bazel calls a machine with macOS.
_MACHINE = "darwin_arm64"

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
        asserts.false(env, folder.startswith(_MACHINE), folder)
    return analysistest.end(env)

folders_test = analysistest.make(
    _folders_test_impl,
    config_settings = {"//command_line_option:cpu": _MACHINE},
    extra_target_under_test_aspects = [_folders_aspect],
)
