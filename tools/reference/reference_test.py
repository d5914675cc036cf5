"""What the reference says of small modules, and what it misses in them."""

from __future__ import annotations

import unittest

from pages import Facts, Incomplete, Sources, pages
from prose import linker, markdown, part_output_groups
from starlark_docs import Module
from textproto import parse

MODULE = r"""
func_info {
  function_name: "lambda_layer"
  parameter {
    name: "name"
    doc_string: "the target\'s name."
    mandatory: true
    role: PARAM_ROLE_ORDINARY
  }
  parameter {
    name: "memory_mb"
    doc_string: "memory, in MB \342\200\223 128 to 10240."
    default_value: "128"
  }
  doc_string: "Packs \"files\".\n\n    lambda_layer(\n        name = \"layer\",\n    )\n"
}
module_docstring: "The rules."
"""

EMPTY = Module(doc="", rules=[], functions=[], providers=[], extensions=[])


def plain(text: str) -> str:
    """No links."""
    return text


class TextprotoTest(unittest.TestCase):
    """The text format."""

    def test_a_message_is_read_with_escapes_enums_and_repeated_fields(self) -> None:
        module = Module.of(MODULE)
        (function,) = module.functions
        self.assertEqual(module.doc, "The rules.")
        self.assertEqual(function.doc, 'Packs "files".\n\n    lambda_layer(\n        name = "layer",\n    )\n')
        self.assertEqual([attribute.mandatory for attribute in function.attributes], [True, False])
        self.assertEqual(function.attributes[1].doc, "memory, in MB \N{EN DASH} 128 to 10240.")

    def test_bytes_that_were_taken_for_characters_are_put_together(self) -> None:
        for text in ["\\342\\200\\246", "\\303\\242\\302\\200\\302\\246"]:
            with self.subTest(text):
                module = Module.of(f'module_docstring: "{text}"')
                self.assertEqual(module.doc, "\N{HORIZONTAL ELLIPSIS}")

    def test_what_is_no_text_format_is_refused_with_its_line(self) -> None:
        for text, problem in {
            'name: "a"\n%': "line 2: this is no text format",
            "name = 1": "line 1: this is no text format",
            "rule {\n  name: 1\n": "in the midst",
            'name "a"': "stands where : or { must",
        }.items():
            with self.subTest(text), self.assertRaisesRegex(ValueError, problem):
                parse(text)


class ProseTest(unittest.TestCase):
    """Docstrings as Markdown."""

    def test_paragraphs_and_items_are_wrapped(self) -> None:
        long = "word " * 23 + "at 1769. "
        self.assertEqual(
            markdown(f"{long}\n\n- {long}\n- {long}", plain),
            f"{('word ' * 23).strip()}\nat 1769.\n\n" + "\n".join([f"- {('word ' * 23).strip()}\n  at 1769."] * 2),
        )

    def test_examples_stay_as_they_are(self) -> None:
        text = "As in\nan example:\n\n    f(\n        a = 1,\n\n        b = 2,\n    )\n\nand so on."
        self.assertEqual(
            markdown(text, plain),
            "As in an example:\n\n```starlark\nf(\n    a = 1,\n\n    b = 2,\n)\n```\n\nand so on.",
        )
        self.assertEqual(markdown("- one\n  and\n- two", plain), "- one and\n- two")

    def test_output_groups_are_a_section(self) -> None:
        text, groups = part_output_groups("A.\n\nOutput groups:\n  one: the\n    first.\n  two: other.\n\nB.\n")
        self.assertEqual(text, "A.\n\nB.\n")
        self.assertEqual(groups, {"one": "the first.", "two": "other."})

    def test_symbols_and_guides_are_links(self) -> None:
        link = linker({"zip": "defs.md", "a.b": "defs.md", "own": "defs.md"}, "image.md", "own")
        self.assertEqual(
            link("`zip` or `a.b`, not zip, `own`, `<zip>` or <stack>; see docs/files.md"),
            "[`zip`](defs.md#zip) or [`a.b`](defs.md#ab), not zip, `own`, `<zip>` or &lt;stack>; "
            "see [docs/files.md](../files.md)",
        )
        self.assertEqual(linker({"zip": "defs.md"}, "defs.md")("`zip`"), "[`zip`](#zip)")


class PagesTest(unittest.TestCase):
    """What is missing is told, all of it."""

    def test_what_has_no_description_is_refused(self) -> None:
        text = (
            MODULE.replace('doc_string: "the target\\\'s name."', "")
            + 'provider_info {\n  provider_name: "NewInfo"\n}\n'
        )
        facts = Facts(
            forwarded={"lambda_layer": ["foreign", "novel"]},
            of_others={"foreign_rules": ["foreign"], "oci_image": [], "rust_binary": [], "rust_library": []},
            output_groups={"lambda_layer": ["manifest"]},
            settings=[
                {"label": "//rules/settings:new", "help": "", "kind": "string_flag", "default": "", "values": []}
            ],
        )
        text = text.replace('name: "memory_mb"', 'name: "kwargs"')
        defs = Module.of(text)
        with self.assertRaises(Incomplete) as caught:
            pages(Sources(defs, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, facts))
        for problem in [
            "lambda_layer: `name` has no description",
            "lambda_layer: `novel` is described by no rule, and in no list of `OF_OTHERS`",
            "`foreign_rules` is in `OF_OTHERS`, and not in `OTHERS`",
            "`tests` is in `OTHERS`, and not in `OF_OTHERS`",
            "lambda_layer: the output group `manifest` has no description",
            "`NewInfo` is in no group of `GROUPS`",
            "`lambda_deploy` is in `GROUPS`, and not in defs.bzl",
            "//rules/settings:new has no `help`",
        ]:
            self.assertIn(problem, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
