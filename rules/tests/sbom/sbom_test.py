"""Reads the SBOMs of zips and layers."""

from __future__ import annotations

import json
import os
import re
import unittest
from pathlib import Path
from typing import Any

PACKAGE = "//rules/tests/sbom"


def documents() -> dict[str, Any]:
    """The documents, by the names of their targets."""
    paths = [Path(path) for path in os.environ["SBOMS"].split()]
    return {path.name.removesuffix(".cdx.json"): json.loads(path.read_text()) for path in paths}


def packages(document: Any) -> dict[str, set[str]]:
    """The versions of what has a package URL, by kind and name, as `cargo/serde`; parts of others among them."""
    found: dict[str, set[str]] = {}
    components = list(document["components"])
    for component in components:
        components.extend(component.get("components", []))
        if "purl" in component:
            name, _, version = component["purl"].removeprefix("pkg:").rpartition("@")
            found.setdefault(name, set()).add(version)
    return found


def names(document: Any) -> set[str]:
    """The names of all components."""
    return {component["name"] for component in document["components"]}


class SbomTest(unittest.TestCase):
    """What is listed, and what is not."""

    def setUp(self) -> None:
        self.documents = documents()

    def test_each_document_says_what_it_is_and_nothing_that_changes(self) -> None:
        self.assertEqual(set(self.documents), {"layer", "layered_zip", "os_only_zip", "program_zip", "zip"})
        for name, document in self.documents.items():
            self.assertEqual((document["bomFormat"], document["specVersion"]), ("CycloneDX", "1.6"))
            self.assertNotIn("serialNumber", document)
            self.assertNotIn("timestamp", document["metadata"])
            self.assertEqual(document["metadata"]["component"]["bom-ref"], f"{PACKAGE}:{name}")

    def test_linked_crates_are_listed_with_version_and_licence(self) -> None:
        for name in ("zip", "os_only_zip", "layer"):
            found = packages(self.documents[name])
            for crate in ("lambda_runtime", "serde_json", "tokio", "tokio-stream", "pin-project-lite"):
                self.assertIn(f"cargo/{crate}", found, name)
            (version,) = found["cargo/lambda_runtime"]
            component = next(
                component for component in self.documents[name]["components"] if component["name"] == "lambda_runtime"
            )
            self.assertEqual(component["version"], version)
            self.assertEqual(component["licenses"], [{"expression": "Apache-2.0"}])

    def test_what_only_the_build_runs_is_not_listed(self) -> None:
        for name, document in self.documents.items():
            for crate in ("syn", "quote", "proc-macro2", "tokio-macros", "serde_derive", "cc", "find-msvc-tools"):
                self.assertNotIn(f"cargo/{crate}", packages(document), name)

    def test_the_standard_library_and_the_linkers_own_code_are_listed(self) -> None:
        for name in ("zip", "os_only_zip", "layer"):
            found = packages(self.documents[name])
            (rust,) = found["github/rust-lang/rust"]
            self.assertRegex(rust, r"^1\.\d+\.\d+")
            self.assertIn("pypi/ziglang", found)
        found = packages(self.documents["layered_zip"])
        self.assertNotIn("github/rust-lang/rust", found)
        self.assertNotIn("pypi/ziglang", found)

    def test_the_allocator_is_listed_with_the_c_code_that_it_is_where_it_is_linked(self) -> None:
        header = Path(os.environ["MIMALLOC"]).read_text()
        number = re.search(r"#define MI_MALLOC_VERSION (\d+)", header)
        assert number
        major, rest = divmod(int(number.group(1)), 10000)
        found = packages(self.documents["zip"])
        self.assertEqual(found["github/microsoft/mimalloc"], {f"v{major}.{rest // 100}.{rest % 100}"})
        locked = re.search(r'name = "libmimalloc-sys"\nversion = "(.*)"', Path(os.environ["LOCK"]).read_text())
        assert locked
        self.assertEqual(found["cargo/libmimalloc-sys"], {locked.group(1)})
        in_program = packages(self.documents["program_zip"])
        self.assertEqual(in_program["github/microsoft/mimalloc"], found["github/microsoft/mimalloc"])
        self.assertNotIn("github/microsoft/mimalloc", packages(self.documents["os_only_zip"]))

    def test_what_lies_beside_the_library_is_listed(self) -> None:
        self.assertEqual(packages(self.documents["zip"])["generic/adler32"], {"1.0"})
        words = [component for component in self.documents["zip"]["components"] if component["name"] == "words"]
        self.assertEqual(
            words, [{"type": "library", "bom-ref": f"{PACKAGE}:words", "name": "words", "version": "1.2.3"}]
        )
        # It does not lie in the layer.
        self.assertNotIn("words", names(self.documents["layer"]))
        self.assertNotIn("words", names(self.documents["os_only_zip"]))

    def test_python_packages_and_the_shim_are_listed(self) -> None:
        layered = self.documents["layered_zip"]
        self.assertEqual(set(packages(layered)), {"pypi/simplejson"})
        self.assertEqual(names(layered), {"simplejson", "rules_rust_lambda"})
        self.assertIn("rules_rust_lambda", names(self.documents["zip"]))
        self.assertNotIn("rules_rust_lambda", names(self.documents["os_only_zip"]))

    def test_the_rules_own_crates_have_the_rules_version(self) -> None:
        document = self.documents["zip"]
        (tool,) = document["metadata"]["tools"]["components"]
        self.assertRegex(tool["version"], r"^\d+\.\d+\.\d+")
        own = {
            component["name"]: component["version"]
            for component in document["components"]
            if component["name"].startswith("lambda_") and "purl" not in component and "version" in component
        }
        crates = ("lambda_bridge", "lambda_mimalloc", "lambda_shim", "lambda_snapstart")
        self.assertEqual(own, dict.fromkeys(crates, tool["version"]))

    def test_all_that_is_listed_is_reached_from_the_zip(self) -> None:
        for name, document in self.documents.items():
            edges = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
            reached = {f"{PACKAGE}:{name}"}
            open_ = list(reached)
            while open_:
                below = set(edges[open_.pop()]) - reached
                reached |= below
                open_.extend(below)
            listed = {component["bom-ref"] for component in document["components"]}
            self.assertEqual(reached - {f"{PACKAGE}:{name}"}, listed, name)


if __name__ == "__main__":
    unittest.main()
