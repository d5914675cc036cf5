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
        "of_others": ctx.attr.of_others,
        "output_groups": {
            macro: sorted([group for group in target[OutputGroupInfo] if not group.startswith("_")])
            for target, macro in ctx.attr._targets.items()
        },
        "settings": [setting[_SettingInfo].description for setting in ctx.attr.settings],
    }))
    return DefaultInfo(files = depset([output]))

facts = rule(
    doc = "Writes what the reference is checked by, as JSON.",
    implementation = _facts_impl,
    attrs = {
        "forwarded": attr.string_list_dict(doc = "The attributes that macros hand on, by the macros' names."),
        "of_others": attr.string_list_dict(doc = "Those of these attributes that others describe, by whose they are."),
        "settings": attr.label_list(doc = "The settings that users set.", aspects = [_setting_aspect]),
        # What checks a target is not run for one that a rule names by itself: the image is none.
        "_targets": attr.label_keyed_string_dict(
            doc = "Targets that have all output groups that there are, and the macros that make such.",
            default = {
                "//examples/hello:lambda_zip": "rust_lambda_zip",
                "//rules/reference:function": "rust_lambda_function",
                "//rules/reference:hello_image": "rust_lambda_image",
                "//rules/reference:layer": "lambda_layer",
            },
        ),
    },
)
