"""Reads which symbols mimalloc has, as it is linked into libraries and programs."""

from __future__ import annotations

import os
import re
import struct
import unittest
from pathlib import Path

# What an executable replaces of the C library's, and of C++'s, which calls that.
REPLACED = re.compile(
    r"(__libc_|__posix_|_)?_?"
    r"(aligned_alloc|aligned_malloc|calloc|cfree|free|malloc|malloc_good_size|malloc_size|malloc_usable_size|memalign|posix_memalign|pvalloc"
    r"|realloc|reallocarr|reallocarray|reallocf|strn?dup|valloc|vfree)"
    r"|_Z(n|d)[wal]\w*"
)

# C++'s, weak: what is called where memory is out, if there is one.
WEAK = "_ZSt15get_new_handlerv"


def symbols(archive: bytes) -> list[str]:
    """The names in an archive's index, of GNU's format."""
    assert archive[:8] == b"!<arch>\n", archive[:8]
    assert archive[8:24].strip() == b"/", archive[8:24]
    size = int(archive[56:66])
    index = archive[68 : 68 + size]
    (count,) = struct.unpack(">I", index[:4])
    names = index[4 + 4 * count :].split(b"\0")[:count]
    return [name.decode() for name in names]


class NamesTest(unittest.TestCase):
    """A program may bring a mimalloc of its own."""

    def test_no_symbol_is_called_as_mimallocs_own(self) -> None:
        archives = sorted({path for path in os.environ["LIBRARIES"].split() if path.endswith(".a")})
        self.assertEqual(len({Path(path).name.split(".")[0] for path in archives}), 2, archives)
        for path in archives:
            names = symbols(Path(path).read_bytes())
            self.assertIn("lambda_mi_malloc", names)
            others = [name for name in names if not name.startswith("lambda_") and name != WEAK]
            if "program" in path:
                self.assertIn("malloc", others)
                others = [name for name in others if not REPLACED.fullmatch(name)]
            self.assertEqual(others, [], path)


if __name__ == "__main__":
    unittest.main()
