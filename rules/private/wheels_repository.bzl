"""Python wheels as an external repository, fetched by name and checked by their SHA-256.

Each comes from the first of these that has it: the address that the root module names, Bazel's repository cache, and pip, which knows
its index, and respects a company's mirror and proxy. What pip brings is put into the repository cache, so it runs once.
"""

def wheel(package, version, sha256, tag, python_version = "", folder = "", strip_prefix = ""):
    """Describes a wheel, for `wheels` of `wheels_repository`.

    Args:
      package: the package's name.
      version: its version.
      sha256: the wheel's SHA-256, in hexadecimal.
      tag: the platform that it is for, as pip names it; a wheel for all fits any.
      python_version: the version of Python that it is for, such as `3.13`; empty if it fits all.
      folder: the folder of the repository that it is unpacked to.
      strip_prefix: a folder of the wheel's that is taken for its root.

    Returns:
      A struct.
    """
    return struct(
        folder = folder,
        package = package,
        python_version = python_version,
        sha256 = sha256,
        strip_prefix = strip_prefix,
        tag = tag,
        version = version,
    )

def _find_pip(repository_ctx):
    """Returns the command that runs pip on this machine, a list of strings; or fails."""
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
    fail("No pip was found to download with ({}). Install Python with pip, or {}.".format("; ".join(tried), _remedy([])))

def _remedy(wheels):
    digests = [wheel.sha256 for wheel in wheels] or ["..."]
    return "name where the wheels are: in MODULE.bazel by {} on the extension of `@rules_rust_lambda//rules:extensions.bzl` that fetches them, in WORKSPACE by `rules_rust_lambda_dependencies(wheel_urls = {{{}}})`".format(
        " and ".join(["`wheel(sha256 = \"{}\", urls = [...])`".format(digest) for digest in digests]),
        ", ".join(["\"{}\": [...]".format(digest) for digest in digests]),
    )

def _run_pip(repository_ctx, pip, wheels, folder):
    """Downloads wheels for one version of Python; returns the files by their SHA-256."""
    repository_ctx.file("requirements.txt", "".join([
        "{}=={} --hash=sha256:{}\n".format(wheel.package, wheel.version, wheel.sha256)
        for wheel in wheels
    ]))
    command = pip + [
        "download",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--quiet",
        "--require-hashes",
        "--requirement=requirements.txt",
        "--dest=" + folder,
    ] + ["--platform=" + wheel.tag for wheel in wheels]
    if wheels[0].python_version:
        command += ["--implementation=cp", "--python-version=" + wheels[0].python_version]
    names = ", ".join(["{} {}".format(wheel.package, wheel.version) for wheel in wheels])
    repository_ctx.report_progress("Downloading {} with pip".format(names))
    result = repository_ctx.execute(command, timeout = 1200)
    if result.return_code != 0:
        fail("pip could not download {} for {}:\n{}{}\nMake its index reachable (pip.conf, or the variable PIP_INDEX_URL), or {}.".format(
            names,
            wheels[0].tag,
            result.stdout,
            result.stderr,
            _remedy(wheels),
        ))
    files = repository_ctx.path(folder).readdir()
    found = {}
    for wheel in wheels:
        stem = "{}-{}-".format(wheel.package.replace("-", "_"), wheel.version).lower()
        for file in files:
            if file.basename.lower().startswith(stem):
                found[wheel.sha256] = file
    return found

def _name(wheel):
    return "-".join([part for part in [wheel.package, wheel.version, wheel.python_version, wheel.tag] if part])

def _download(repository_ctx, wheel, urls, allow_fail = False):
    # Bazel tells an archive's kind by its name, and older ones do not know wheels.
    return repository_ctx.download(
        urls,
        allow_fail = allow_fail,
        # One for each, however it was come by, where Bazel is told to heed addresses in its cache.
        canonical_id = _name(wheel),
        output = wheel.sha256 + ".zip",
        sha256 = wheel.sha256,
    ).success

def _wheels_repository_impl(repository_ctx):
    wheels = [struct(**json.decode(text)) for text in repository_ctx.attr.wheels]
    missing = {}
    for wheel in wheels:
        if wheel.sha256 in repository_ctx.attr.urls:
            _download(repository_ctx, wheel, repository_ctx.attr.urls[wheel.sha256])
        elif missing or not _download(
            # Where one is missing, so are the others: there is one warning for all.
            repository_ctx,
            wheel,
            # There is no such file: only the cache is asked. What is not found is told by these words, in a warning.
            ["file:///not_in_the_repository_cache_so_pip_is_asked_for/" + _name(wheel)],
            allow_fail = True,
        ):
            missing.setdefault(wheel.python_version, []).append(wheel)
    if missing:
        pip = _find_pip(repository_ctx)
        for python_version, group in missing.items():
            # One package's wheels for several versions of Python tell apart by their folders.
            files = _run_pip(repository_ctx, pip, group, "wheels/" + (python_version or "any"))
            for wheel in group:
                _download(repository_ctx, wheel, ["file://{}".format(files[wheel.sha256])])
        for made in ["pip_venv", "requirements.txt", "wheels"]:
            repository_ctx.delete(made)
    for wheel in wheels:
        repository_ctx.extract(wheel.sha256 + ".zip", output = wheel.folder, stripPrefix = wheel.strip_prefix)
    for sha256 in {wheel.sha256: None for wheel in wheels}:
        repository_ctx.delete(sha256 + ".zip")
    repository_ctx.file("BUILD.bazel", repository_ctx.attr.build_file_content, executable = False)

_wheels_repository = repository_rule(
    doc = "Fetches wheels and unpacks them.",
    implementation = _wheels_repository_impl,
    attrs = {
        "build_file_content": attr.string(doc = "The repository's BUILD file.", mandatory = True),
        "urls": attr.string_list_dict(doc = "Addresses of wheels by their SHA-256, in place of the cache and pip."),
        "wheels": attr.string_list(doc = "What to fetch, each as JSON.", mandatory = True),
    },
)

def wheels_repository(name, build_file_content, urls, wheels):
    """Declares a repository that fetches wheels and unpacks them.

    Args:
      name: the repository's name.
      build_file_content: its BUILD file.
      urls: a dict from the SHA-256 of wheels, of other repositories' too, to lists of their addresses, in place of the cache and pip.
      wheels: what to fetch, values of `wheel`.
    """
    _wheels_repository(
        name = name,
        build_file_content = build_file_content,
        urls = {wheel.sha256: urls[wheel.sha256] for wheel in wheels if wheel.sha256 in urls},
        wheels = [json.encode(wheel) for wheel in wheels],
    )
