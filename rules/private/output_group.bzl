"""Some of a target's files as a target, for attributes that take all files of one."""

def _output_group_impl(ctx):
    return [DefaultInfo(files = ctx.attr.of[OutputGroupInfo][ctx.attr.group])]

# A filegroup has this as well, but no attributes of rules that run actions, which macros hand to all that they make.
output_group = rule(
    doc = "The files of an output group.",
    implementation = _output_group_impl,
    attrs = {
        "group": attr.string(doc = "The group's name.", mandatory = True),
        "of": attr.label(doc = "The target.", mandatory = True, providers = [OutputGroupInfo]),
    },
)
