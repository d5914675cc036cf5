"""Rust for machines of other kinds, where its mirror may not have all of it.

rules_rust downloads each program of Rust's for the machine that actions run on, whether actions run it or not. What
can't be downloaded is made up here: an archive with programs that fail when they are run. It is served on loopback, to
which Bazel's downloader is led; all else it is led back from.
"""

from __future__ import annotations

import contextlib
import http.server
import io
import re
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A component of Rust's, by the name of its archive: the folder in that, and the programs that rules_rust names.
COMPONENTS = {
    "cargo": ("cargo", ["bin/cargo"]),
    "clippy": ("clippy-preview", ["bin/cargo-clippy", "bin/clippy-driver"]),
    "llvm-tools": (
        "llvm-tools-preview",
        ["lib/rustlib/{triple}/bin/llvm-cov", "lib/rustlib/{triple}/bin/llvm-profdata"],
    ),
    "rust-std": ("rust-std-{triple}", ["lib/rustlib/{triple}/lib/libstd-0.rlib"]),
    "rustc": ("rustc", ["bin/rustc", "bin/rustdoc"]),
    "rustfmt": ("rustfmt-preview", ["bin/rustfmt"]),
}
# As Java reads expressions, too.
ARCHIVE = re.compile(rf".*/(({'|'.join(COMPONENTS)})-\d[^-]*-(.+))\.tar\.xz")
# Answers of a server that has no such file.
ABSENT = {403, 404, 410}


@dataclass(frozen=True)
class Archives:
    """What Bazel is led to."""

    # For Bazel to be led there.
    flags: list[str]
    # The names of the archives that were made up until now.
    made_up: set[str]


def stand_in(name: str, component: str, triple: str) -> bytes:
    """Returns an archive whose programs fail."""
    folder, files = COMPONENTS[component]
    content = b"#!/bin/sh\necho this program of Rust could not be downloaded >&2\nexit 1\n"
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:xz") as archive:
        for file in files:
            member = tarfile.TarInfo(f"{name}/{folder}/{file}".format(triple=triple))
            member.mode = 0o755
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


def there_is(url: str) -> bool:
    """Returns whether a file can be downloaded; other faults than that it isn't there are the downloader's to tell."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=60):
            return True
    except urllib.error.HTTPError as error:
        return error.code not in ABSENT
    except OSError:
        return True


@contextlib.contextmanager
def archives(folder: Path) -> Iterator[Archives]:
    """Serves Rust's archives while the context lasts.

    Args:
        folder: where a file for Bazel is written.

    Yields:
        Flags for Bazel, and what is made up meanwhile.
    """
    made_up: set[str] = set()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"https:/{self.path}"
            found = ARCHIVE.fullmatch(url)
            if not found or there_is(url):
                self.send_response(302)
                self.send_header("Location", url)
                self.end_headers()
                return
            name, component, triple = found.groups()
            made_up.add(name)
            content = stand_in(name, component, triple)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = folder / "downloader.cfg"
    config.write_text(f"rewrite ({ARCHIVE.pattern}) http://127.0.0.1:{server.server_port}/$1\n")
    try:
        yield Archives([f"--experimental_downloader_config={config}"], made_up)
    finally:
        server.shutdown()
        server.server_close()
