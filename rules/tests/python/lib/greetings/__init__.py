"""A greeting, from a file beside this one."""

from pathlib import Path


def greeting() -> str:
    """The greeting."""
    return (Path(__file__).parent / "greeting.txt").read_text().strip()
