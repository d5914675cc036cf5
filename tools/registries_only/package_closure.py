"""Prints the Debian packages that the given ones need at run time, a name a line, sorted.

Reads what `apt-cache dumpavail` prints from standard input. Only what Bazel itself loads is followed: shared
libraries, jars and rule packages; not compilers, interpreters, documentation or a desktop.

    apt-cache dumpavail | python3 package_closure.py bazel-bootstrap
"""

from __future__ import annotations

import re
import sys

FOLLOWED = re.compile(r"^(bazel-.*|lib.*|velocity|zlib1g|java-common|openjdk-25-jre-headless)$")
LEFT_OUT = re.compile(
    r"^(libjs-.*|lib.*-perl|libpython.*|.*-dev|libcups.*|libavahi.*|libx.*-x11.*"
    r"|lib(x11|xext|xi|xrender|xtst|asound|gif|jpeg|lcms|nss|nspr|harfbuzz|freetype|fontconfig).*)$"
)


def closure(available: str, roots: list[str]) -> list[str]:
    """Returns the names of `roots` and of all that they need, sorted."""
    packages: dict[str, dict[str, str]] = {}
    providers: dict[str, str] = {}
    for paragraph in available.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", paragraph, re.MULTILINE))
        if "Package" not in fields:
            continue
        packages[fields["Package"]] = fields
        for virtual in re.split(r",\s*", fields.get("Provides", "")):
            if virtual:
                providers.setdefault(virtual.split(" ")[0], fields["Package"])
    needed: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        name = name if name in packages else providers.get(name, name)
        if name in needed or name not in packages:
            continue
        needed.add(name)
        fields = packages[name]
        for dependency in re.split(r",\s*", f"{fields.get('Depends', '')},{fields.get('Pre-Depends', '')}"):
            first = re.sub(r"[ :(].*", "", dependency.split("|")[0].strip())
            if FOLLOWED.match(first) and not LEFT_OUT.match(first):
                todo.append(first)
    return sorted(needed)


def main() -> int:
    roots = sys.argv[1:]
    names = closure(sys.stdin.read(), roots)
    absent = [root for root in roots if root not in names]
    if absent:
        print(f"Debian's package list has no {', '.join(absent)}", file=sys.stderr)
        return 1
    print("\n".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
