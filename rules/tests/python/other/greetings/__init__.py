"""Another greeting."""


def greeting() -> str:
    """The greeting."""
    return "other"
