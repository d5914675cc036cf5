"""What an archive and its notes say of the executables that a release has."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from archive import TOOLS, executables, table, whole_platforms


class ExecutablesTest(unittest.TestCase):
    """A folder that has all tools for one platform, and some for others."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        names = [f"{tool}-linux_x86_64" for tool in TOOLS]
        self.names = [*names, "build_tool-osx_aarch64", "emulator-linux_aarch64", "deployer-linux_aarch64"]
        for name in [*self.names, "notes.md", "build_tool-windows_x86_64"]:
            (self.folder / name).write_text("")

    def test_a_platform_is_whole_where_no_tool_is_missing(self) -> None:
        self.assertEqual(whole_platforms(self.folder), ["linux_x86_64"])

    def test_the_table_has_each_executable(self) -> None:
        self.assertEqual({path.name for path in executables(self.folder)}, set(self.names))
        text = table(self.folder, "https://example.com/v1")
        self.assertEqual(text.count("struct("), len(self.names))
        for name in self.names:
            self.assertIn(f'urls = ["https://example.com/v1/{name}"]', text)


if __name__ == "__main__":
    unittest.main()
