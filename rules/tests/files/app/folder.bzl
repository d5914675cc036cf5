"""A folder whose files are not known beforehand, as a bundler of web pages makes it."""

def _folder_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [folder],
        command = "mkdir -p $1/sub $1/empty && echo '<p>home</p>' > $1/index.html && echo '<p>more</p>' > $1/sub/more.html && ln -s index.html $1/start.html",
        arguments = [folder.path],
    )
    return [DefaultInfo(files = depset([folder]))]

folder = rule(
    doc = "Makes a folder of pages.",
    implementation = _folder_impl,
)
