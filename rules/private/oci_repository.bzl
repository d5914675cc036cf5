"""The repository that hands rules_oci to `rules/image.bzl`, where a workspace has it."""

_WITH = """\
load("{defs}", "oci_image", "oci_load", "oci_push")

oci = struct(image = oci_image, loader = oci_load, pusher = oci_push)
"""

_WITHOUT = """\
oci = None
"""

def _oci_repository_impl(repository_ctx):
    repository_ctx.file("BUILD.bazel", "exports_files([\"defs.bzl\"])\n")
    repository_ctx.file("defs.bzl", _WITH.format(defs = repository_ctx.attr.defs) if repository_ctx.attr.defs else _WITHOUT)

# A load of rules_oci would make it a dependency of every workspace that has these rules.
oci_repository = repository_rule(
    doc = "Has `defs.bzl` with a struct `oci`: rules_oci's macros, or `None`.",
    implementation = _oci_repository_impl,
    attrs = {"defs": attr.string(doc = "The label of rules_oci's `oci/defs.bzl`; empty where there is none.")},
)
