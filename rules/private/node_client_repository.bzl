"""Lambda's Runtime Interface Client for Node.js, as an external repository: what tests of Node.js zips run under."""

_FOUND = """\
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "client",
    srcs = ["node"] + glob([
        "node_modules/aws-lambda-ric/bin/**",
        "node_modules/aws-lambda-ric/dist/**",
        "node_modules/aws-lambda-ric/package.json",
    ]) + glob(
        # What the client depends on, if it does.
        ["node_modules/@aws/**"],
        allow_empty = True,
    ),
)
"""

# What depends on it is skipped.
_MISSING = """\
filegroup(
    name = "client",
    target_compatible_with = ["@platforms//:incompatible"],
    visibility = ["//visibility:public"],
)
"""

def _node_client_repository_impl(repository_ctx):
    missing = [program for program in ["c++", "make", "node", "npm", "python3"] if not repository_ctx.which(program)]
    if missing or repository_ctx.os.name != "linux":
        # buildifier: disable=print
        print("tests of Node.js zips are skipped: no {} to make Lambda's client for Node.js with".format(", ".join(missing) or "Linux"))
        repository_ctx.file("BUILD.bazel", _MISSING, executable = False)
        return
    repository_ctx.report_progress("installing aws-lambda-ric from npm, and compiling its addon")
    script = repository_ctx.path(repository_ctx.attr._script)
    result = repository_ctx.execute([script, "."], timeout = 1200)
    if result.return_code:
        fail("aws-lambda-ric can't be installed by npm (is there a registry? see npm-config(7)):\n" + result.stderr)
    told = repository_ctx.execute(["node", "-p", "process.execPath"])
    repository_ctx.symlink(told.stdout.strip(), "node")
    repository_ctx.file("BUILD.bazel", _FOUND, executable = False)

node_client_repository = repository_rule(
    doc = "Installs the Runtime Interface Client for the machine's Node.js, with npm, and compiles its addon.",
    implementation = _node_client_repository_impl,
    attrs = {"_script": attr.label(default = ":install_node_client.sh")},
    environ = ["PATH"],
)
