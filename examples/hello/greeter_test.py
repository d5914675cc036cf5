"""Calls the functions of zips from Python, several of them in one process."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from types import ModuleType

from examples.hello import greeter, greeter_by_ctypes, greeter_native  # type: ignore[attr-defined]

_TESTDATA = Path(__file__).parent / "testdata"
_GREETERS: list[ModuleType] = [greeter, greeter_by_ctypes, greeter_native]


class GreeterTest(unittest.TestCase):
    """What `rust_lambda_test` checks under Lambda's client, by calls."""

    def test_a_dict_gives_a_dict(self) -> None:
        for module in _GREETERS:
            with self.subTest(module.__name__):
                self.assertEqual(module.handler({"name": "Ada"}, None), {"message": "Hello, Ada!"})

    def test_bytes_give_bytes(self) -> None:
        event = (_TESTDATA / "unicode.json").read_bytes()
        expected = json.loads((_TESTDATA / "unicode.response.json").read_text())
        for module in _GREETERS:
            with self.subTest(module.__name__):
                answer = module.handler(event, None)
                self.assertIsInstance(answer, bytes)
                self.assertEqual(json.loads(answer), expected)

    def test_an_error_is_raised_under_its_name(self) -> None:
        expected = json.loads((_TESTDATA / "empty.error.json").read_text())
        for module in _GREETERS:
            with self.subTest(module.__name__):
                with self.assertRaises(Exception) as raised:
                    module.handler({"name": ""}, None)
                self.assertEqual(type(raised.exception).__name__, expected["errorType"])
                self.assertEqual(str(raised.exception), expected["errorMessage"])


if __name__ == "__main__":
    unittest.main()
