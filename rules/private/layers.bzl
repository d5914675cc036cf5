"""What a zip asks of its layers."""

load("//rules:providers.bzl", "LambdaLayerInfo")
load(":attributes.bzl", "readable")
load(":platform.bzl", "ANY_ARCHITECTURE")

# What Lambda takes.
_MOST = 5

def layers_of(ctx):
    """Returns the layers of a zip, in the order in which Lambda unpacks them.

    Args:
      ctx: of a rule with PACK_ATTRS.

    Returns:
      A list of LambdaLayerInfo.
    """
    return [layer[LambdaLayerInfo] for layer in ctx.attr.layers]

def wrong_layers(ctx):
    """Says what layers a zip can't have.

    Args:
      ctx: of a rule with PACK_ATTRS, and the attributes `architecture` and `runtime`.

    Returns:
      A list of str.
    """
    wrong = []
    layers = layers_of(ctx)
    if len(layers) > _MOST:
        wrong.append("`layers` has {}, and Lambda takes {}; join some of them in one `lambda_layer`".format(len(layers), _MOST))
    for layer in layers:
        label = readable(layer.label)
        if layer.architecture not in [ANY_ARCHITECTURE, ctx.attr.architecture]:
            wrong.append("the layer {} is for {}, and architecture is `{}`; set `architecture` of one of them to the other's".format(
                label,
                layer.architecture,
                ctx.attr.architecture,
            ))
        if layer.runtimes and ctx.attr.runtime not in layer.runtimes:
            wrong.append("the layer {} is for {}, and runtime is `{}`; set that to one of the layer's, or add it to the layer's `runtimes`".format(
                label,
                ", ".join(layer.runtimes),
                ctx.attr.runtime,
            ))
    return wrong
