"""Calls the Python code around a function, which imports `index` as it does on Lambda."""

from __future__ import annotations

import unittest
from pathlib import Path

import wrapper


class WrapperTest(unittest.TestCase):
    """What `wrapped_test` checks under Lambda's client, by a call."""

    def test_the_function_is_called(self) -> None:
        self.assertEqual(wrapper.handler({"name": " Ada "}, None), {"message": "Hello, Ada!", "wrapped": True})
        self.assertEqual(Path(wrapper.__file__).parent.name, "wrapped_function")


if __name__ == "__main__":
    unittest.main()
