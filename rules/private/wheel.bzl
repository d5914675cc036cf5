"""Downloads of Python wheels by name, with pip: it knows its index, and respects a company's mirror and proxy."""

def _find_pip(repository_ctx, remedy):
    """Returns the command that runs pip on this machine.

    Args:
      repository_ctx: the context of a repository rule.
      remedy: what a user can do where there is no pip.

    Returns:
      The command, a list of strings.
    """
    tried = []
    for name in ["python3", "python"]:
        python = repository_ctx.which(name)
        if not python:
            tried.append(name + " is not on the PATH")
            continue
        if repository_ctx.execute([python, "-m", "pip", "--version"]).return_code == 0:
            return [python, "-m", "pip"]

        # Debian parts pip and ensurepip from python3, into python3-venv.
        venv = repository_ctx.path("pip_venv")
        if repository_ctx.execute([python, "-m", "venv", venv]).return_code == 0:
            return [venv.get_child("bin").get_child("python"), "-m", "pip"]
        tried.append("{} has neither pip nor venv".format(python))
    fail("No pip was found to download with ({}). Install Python with pip, or name another source by {}.".format(
        "; ".join(tried),
        remedy,
    ))

def unpack_wheel(repository_ctx, package, version, tag, sha256, urls, remedy, python_version = None, output = "", strip_prefix = ""):
    """Downloads one wheel, checks its SHA-256, and unpacks it into the repository's folder.

    Args:
      repository_ctx: the context of a repository rule.
      package: the package's name.
      version: its version.
      tag: the wheel's platform tag, as pip names it; `any` for a wheel for all.
      sha256: the wheel's SHA-256, in hexadecimal.
      urls: addresses to download from, instead of by pip; empty for pip.
      remedy: how a user names such addresses, for messages.
      python_version: the version of Python that the wheel is for, such as `3.13`; `None` for one that fits all.
      output: the folder to unpack to.
      strip_prefix: a folder of the wheel's that is taken for its root.
    """
    if urls:
        # Bazel tells an archive's kind by its name, and older ones do not know wheels.
        repository_ctx.download(urls, output = "wheel.zip", sha256 = sha256)
        repository_ctx.extract("wheel.zip", output = output, stripPrefix = strip_prefix)
        repository_ctx.delete("wheel.zip")
        return
    repository_ctx.file("requirements.txt", "{}=={} --hash=sha256:{}\n".format(package, version, sha256))
    command = _find_pip(repository_ctx, remedy) + [
        "download",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--platform={}".format(tag),
        "--quiet",
        "--require-hashes",
        "--requirement=requirements.txt",
        "--dest=wheel",
    ]
    if python_version:
        command += ["--implementation=cp", "--python-version=" + python_version]
    repository_ctx.report_progress("Downloading {} {} with pip".format(package, version))
    result = repository_ctx.execute(command, timeout = 1200)
    if result.return_code != 0:
        fail("pip could not download {}=={} for {}:\n{}{}\nThe address of a mirror can be given by {}.".format(
            package,
            version,
            tag,
            result.stdout,
            result.stderr,
            remedy,
        ))
    repository_ctx.delete("requirements.txt")
    repository_ctx.delete("pip_venv")
    wheels = repository_ctx.path("wheel").readdir()
    if len(wheels) != 1:
        fail("pip downloaded {} files for {}=={}, not one".format(len(wheels), package, version))
    repository_ctx.symlink(wheels[0], "wheel.zip")
    repository_ctx.extract("wheel.zip", output = output, stripPrefix = strip_prefix)
    repository_ctx.delete("wheel.zip")
    repository_ctx.delete("wheel")
