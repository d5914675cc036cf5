#!/usr/bin/env python3
"""What the starter writes and refuses. Not a test of Bazel's, which does not see the files of starter/workspace."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import write_workspace as starter


def run(*arguments: str) -> tuple[int, str, str]:
    """Runs the starter; returns its status, and what it wrote to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = starter.main(list(arguments))
    return status, out.getvalue(), err.getvalue()


def contents(folder: Path) -> dict[str, str]:
    """Returns all files of a folder, by their paths in it."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


class StarterTest(unittest.TestCase):
    """Each test has a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def new(self, name: str, *options: str) -> Path:
        status, _, err = run(str(self.folder / name), *options)
        self.assertEqual((status, err), (0, ""))
        return self.folder / name

    def refused(self, *arguments: str) -> list[str]:
        """Returns the problems that were named; nothing is written."""
        before = contents(self.folder)
        status, out, err = run(*arguments)
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(contents(self.folder), before)
        return err.splitlines()[1:]

    def test_each_kind_has_all_that_its_build_file_names(self) -> None:
        for kind in starter.KINDS:
            with self.subTest(kind):
                workspace = self.new(f"my-{kind}", "--kind", kind)
                package = workspace / f"my-{kind}"
                build_file = (package / "BUILD.bazel").read_text()
                self.assertIn(f'crate_name = "my_{kind}"', build_file)
                named = set(re.findall(r'"(testdata/[^"]+)"', build_file))
                self.assertEqual(named, {f"testdata/{path.name}" for path in (package / "testdata").iterdir()})
                for path in named:
                    json.loads((package / path).read_text())
                manifest = (workspace / "Cargo.toml").read_text()
                self.assertEqual(manifest.count("[[bin]]"), 1)
                self.assertEqual(starter.lacking(manifest, build_file), [])

    def test_nothing_has_the_templates_names(self) -> None:
        for kind in starter.KINDS:
            for path, text in contents(self.new(f"my-{kind}", "--kind", kind)).items():
                self.assertNotRegex(path + text, "starter[-_]", path)

    def test_the_rules_are_named_by_their_path_from_the_workspace(self) -> None:
        workspace = self.new("orders")
        module = (workspace / "MODULE.bazel").read_text()
        path = re.search(r'path = "(.*)"', module)
        assert path
        self.assertEqual((workspace / path.group(1)).resolve(), starter.RULES)
        self.assertIn('module(name = "orders")', module)

    def test_the_next_commands_are_printed(self) -> None:
        with unittest.mock.patch("shutil.which", return_value="/usr/bin/bazel"):
            _, out, _ = run(str(self.folder / "orders"), "--kind", "sqs")
        commands = [line.strip() for line in out.splitlines()[1:]]
        self.assertEqual(commands[0], f"cd {os.path.relpath(self.folder / 'orders', Path.cwd().resolve())}")
        self.assertEqual(
            commands[1:],
            [
                "bazel test //orders:lambda_test",
                "bazel run //orders:lambda_local -- invoke orders/testdata/orders.json",
                "bazel run //orders:lambda_local",
            ],
        )

    def test_without_bazel_the_next_commands_are_by_the_clones(self) -> None:
        with unittest.mock.patch("shutil.which", return_value=None):
            _, out, _ = run(str(self.folder / "orders"))
        bazel = os.path.relpath(starter.RULES / "tools/bazel", self.folder / "orders")
        self.assertIn(f"\n  {bazel} test //orders:lambda_test\n", out)

    def test_a_further_function_leaves_all_else_as_it_is(self) -> None:
        workspace = self.new("orders", "--kind", "http")
        before = contents(workspace)
        status, _, err = run("add", "mail-sender", "--kind", "sqs", "--in", str(workspace / "orders/src"))
        self.assertEqual((status, err), (0, ""))
        after = contents(workspace)
        self.assertEqual(
            {path for path in before if after[path] != before[path]}, {"Cargo.toml"}, "what was there has changed"
        )
        self.assertEqual(after["Cargo.toml"], before["Cargo.toml"] + starter.binary("mail-sender"))
        self.assertTrue(all(path.startswith("mail-sender/") for path in after.keys() - before.keys()))

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        self.new("orders")
        name, kind, folder = self.refused(str(self.folder / "orders"), "--name", "MailSender", "--kind", "htp")
        self.assertIn("such as `mail-sender`", name)
        self.assertIn("did you mean `http`?", kind)
        self.assertIn("is not empty (.bazelrc, .bazelversion, .gitignore and 5 more)", folder)

    def test_a_name_serves_all_that_is_called_by_it(self) -> None:
        for name in ("a", "orders", "mail-sender", "mail_sender", "v2", "a" * starter.LONGEST):
            self.assertEqual(starter.name_problems(name), [], name)
        for name in (
            "",
            "2nd",
            "a--b",
            "-a",
            "a-",
            "é",
            "a b",
            "match",
            "serde-json",
            "test",
            "build",
            "a/b",
            "a" * 35,
        ):
            self.assertEqual(len(starter.name_problems(name)), 1, name)

    def test_a_folder_is_not_overwritten(self) -> None:
        (self.folder / "file").write_text("mine")
        self.assertRegex(self.refused(str(self.folder / "file"))[0], "is a file")
        self.assertRegex(self.refused(str(starter.RULES / "orders"))[0], r"in the rules' own clone.* \.\./orders$")
        workspace = self.new("orders")
        self.assertRegex(self.refused("add", "orders", "--in", str(workspace))[0], "is there")
        (workspace / "returns").symlink_to("nowhere")
        self.assertRegex(self.refused("add", "returns", "--in", str(workspace))[0], "is there")

    def test_a_repository_without_files_is_an_empty_folder(self) -> None:
        (self.folder / "orders/.git").mkdir(parents=True)
        self.new("orders")

    def test_a_function_needs_a_workspace_that_has_its_crates(self) -> None:
        self.assertRegex(self.refused("add", "returns", "--in", str(self.folder))[0], "is in no workspace")
        workspace = self.new("orders")
        manifest = workspace / "Cargo.toml"
        manifest.write_text(re.sub(r"(?m)^(axum|lambda_http) = .*\n", "", manifest.read_text()))
        problems = self.refused("add", "returns", "--kind", "http", "--in", str(workspace))
        self.assertEqual(len(problems), 2)
        self.assertIn("lacks `axum`, which a function of kind http needs: add `axum = {", problems[0])
        manifest.unlink()
        self.assertRegex(self.refused("add", "returns", "--in", str(workspace))[0], "is not there")

    def test_a_workspace_may_be_called_as_a_crate_that_it_has(self) -> None:
        self.assertEqual(starter.module_name(Path("/x/tokio")), "tokio_workspace")
        self.assertEqual(starter.module_name(Path("/x/My Shop-2")), "my_shop_2")
        self.assertEqual(starter.module_name(Path("/x/42")), "lambdas")

    @unittest.skipUnless(shutil.which("cargo"), "needs Cargo")
    def test_cargo_would_not_change_the_lock_file(self) -> None:
        for name in ("aaa", "orders", "zzz"):
            workspace = self.new(name)
            ran = subprocess.run(
                ["cargo", "update", "--workspace", "--locked"], cwd=workspace, capture_output=True, text=True
            )
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn("\nversion = 3\n", (workspace / "Cargo.lock").read_text())


if __name__ == "__main__":
    unittest.main()
