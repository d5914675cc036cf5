"""Reads the layers of images, as what unpacks them does."""

from __future__ import annotations

import os
import tarfile
import unittest
from pathlib import Path


def layers(variable: str) -> dict[str, dict[str, int]]:
    """The modes of files, by their paths, of each layer, by its name."""
    found = {}
    for path in os.environ[variable].split():
        with tarfile.open(path, "r:gz") as layer:
            members = layer.getmembers()
        for member in members:
            assert member.isfile(), f"{member.name} would replace a folder of the base's"
            assert (member.uid, member.gid, member.mtime) == (0, 0, 0), member.get_info()
        found[Path(path).name.split(".")[1]] = {member.name: member.mode for member in members}
    return found


class PartsTest(unittest.TestCase):
    """What lies where, and what is started. Their order is `order_test`."""

    def test_each_layer_has_its_files_where_lambda_has_them(self) -> None:
        self.assertEqual(
            layers("LAYERS"),
            {
                "opt0": {"opt/share/program.rs": 0o644},
                "data": {"var/task/run.sh": 0o755, "var/task/words.txt": 0o644},
                "code": {
                    "var/task/index.py": 0o644,
                    "var/task/lambda_shim_calls.py": 0o644,
                    "var/task/libprogram.so": 0o755,
                },
            },
        )

    def test_a_program_lies_where_lambda_starts_it(self) -> None:
        self.assertEqual(layers("OS_ONLY_LAYERS"), {"code": {"var/runtime/bootstrap": 0o755}})

    def test_the_command_is_the_handler_setting(self) -> None:
        commands = [Path(os.environ[name]).read_text() for name in ("COMMAND", "OS_ONLY_COMMAND")]
        self.assertEqual(commands, ["wrapper.handler\n", "bootstrap\n"])


if __name__ == "__main__":
    unittest.main()
