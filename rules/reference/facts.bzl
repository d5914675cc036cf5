"""What the reference says that no docstring holds, as Bazel has it: settings, output groups, and what macros hand on."""

load("//rules/private:attributes.bzl", "readable")

_SettingInfo = provider(
    doc = "What a build setting's target says of itself.",
    fields = {"description": "dict: what its attributes are."},
)

def _setting_aspect_impl(target, ctx):
    return [_SettingInfo(description = {
        "default": ctx.rule.attr.build_setting_default,
        "help": ctx.rule.attr.help,
        "kind": ctx.rule.kind,
        "label": readable(target.label),
        "values": getattr(ctx.rule.attr, "values", []),
    })]

_setting_aspect = aspect(
    doc = "Reads a build setting's attributes.",
    implementation = _setting_aspect_impl,
)

def _facts_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(output, json.encode_indent({
        "forwarded": ctx.attr.forwarded,
        "output_groups": {
            macro: sorted({group: None for target in targets for group in target[OutputGroupInfo] if not group.startswith("_")}.keys())
            for macro, targets in {
                "rust_lambda_function": ctx.attr.functions,
                "rust_lambda_zip": ctx.attr.zips,
            }.items()
        },
        "settings": [setting[_SettingInfo].description for setting in ctx.attr.settings],
    }))
    return DefaultInfo(files = depset([output]))

facts = rule(
    doc = "Writes what the reference is checked by, as JSON.",
    implementation = _facts_impl,
    attrs = {
        "forwarded": attr.string_list_dict(doc = "The attributes that macros hand on, by the macros' names."),
        "functions": attr.label_list(doc = "Targets of `rust_lambda_function`, with all output groups that there are."),
        "settings": attr.label_list(doc = "The settings that users set.", aspects = [_setting_aspect]),
        "zips": attr.label_list(doc = "Targets of `rust_lambda_zip`, with all output groups that there are."),
    },
)
