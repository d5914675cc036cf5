"""Words that a greeting ends with."""

MARK = "!"
