"""Where paragraphs are broken, and where not."""

from __future__ import annotations

import unittest

from wrapping import COLUMNS, wrap


def filled(columns: int) -> str:
    """Words of so many columns in all."""
    return ("word " * columns)[: columns - 1] + "x"


class WrapTest(unittest.TestCase):
    """Lines and what begins them."""

    def test_a_line_has_as_many_words_as_go_into_120_columns(self) -> None:
        self.assertEqual(COLUMNS, 120)
        self.assertEqual(wrap(f"{filled(118)} y z"), [f"{filled(118)} y", "z"])
        self.assertEqual(wrap(f"{filled(119)} y z"), [filled(119), "y z"])

    def test_lines_are_filled_anew(self) -> None:
        self.assertEqual(wrap("one\n  two\nthree "), ["one two three"])
        self.assertEqual(wrap(""), [""])

    def test_what_lines_start_with_counts(self) -> None:
        self.assertEqual(
            wrap(f"{filled(116)} y {filled(117)} z", "- ", "   "), [f"- {filled(116)} y", f"   {filled(117)}", "   z"]
        )

    def test_what_would_begin_a_block_takes_the_word_before_it_along(self) -> None:
        for marker in (
            *("-", "+", "*", "1.", "12)", "#", "######", ">", ">quoted", "---", "===", "***", "___", "- -"),
            *("```", "~~~", "<div>", "<!--", "|", "|---|", ":-:", "-|-"),
        ):
            with self.subTest(marker):
                text = f"{filled(112)} before {marker} behind"
                self.assertEqual(wrap(text), [filled(112), f"before {marker} behind"])

    def test_what_looks_like_it_and_begins_no_block_is_as_any_word(self) -> None:
        for word in (
            "-1",
            "--flag",
            "+x",
            "*this*",
            "**this**",
            "1.5",
            "1.x",
            "#7",
            "#######",
            "_this_",
            "`a`",
            "~/a",
            "=x",
        ):
            with self.subTest(word):
                self.assertEqual(wrap(f"{filled(112)} before {word}"), [f"{filled(112)} before", word])

    def test_a_number_that_ends_a_sentence_begins_no_line(self) -> None:
        self.assertEqual(wrap(f"{filled(110)} whole at 1769."), [f"{filled(110)} whole", "at 1769."])

    def test_where_there_is_no_word_before_it_the_line_is_longer(self) -> None:
        self.assertEqual(wrap(f"{'x' * 119} - y z"), [f"{'x' * 119} -", "y z"])

    def test_what_can_not_be_broken_is_as_long_as_it_is(self) -> None:
        self.assertEqual(wrap(f"a {'x' * 130} b"), ["a", "x" * 130, "b"])

    def test_code_is_left_whole(self) -> None:
        code = "(`a  command of\n    many words`),"
        self.assertEqual(wrap(f"{filled(110)} {code} end"), [filled(110), "(`a  command of many words`), end"])
        code = "``a ` tick``"
        self.assertEqual(wrap(f"{filled(115)} {code} end"), [filled(115), f"{code} end"])

    def test_links_are_left_whole(self) -> None:
        for link in ("[two `or` more words](a.md#b)", "![two words](a.svg)"):
            with self.subTest(link):
                self.assertEqual(wrap(f"{filled(110)} {link}, end"), [filled(110), f"{link}, end"])

    def test_marks_that_enclose_nothing_are_kept(self) -> None:
        for mark in ("`", "``", "[", r"\`a", r"\[a", "[a]", "a]("):
            with self.subTest(mark):
                self.assertEqual(wrap(f"{filled(119)} {mark} end"), [filled(119), f"{mark} end"])
        self.assertEqual(wrap(rf"{filled(110)} \`two words\`"), [rf"{filled(110)} \`two", r"words\`"])


if __name__ == "__main__":
    unittest.main()
