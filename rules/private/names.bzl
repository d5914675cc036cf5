"""Names that Python, Rust or these rules refuse, told before a compiler is confused by them."""

_PYTHON_KEYWORDS = [
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
]

# https://doc.rust-lang.org/reference/keywords.html, the reserved ones too.
_RUST_KEYWORDS = [
    "Self",
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
]

# These rules' own crates that a library may be linked with.
OWN_CRATES = [
    "lambda_bridge",
    "lambda_mimalloc",
    "lambda_shim",
    "lambda_snapstart",
]

# Crates that a library has anyhow.
_TAKEN_CRATES = OWN_CRATES + [
    "alloc",
    "core",
    "lambda_runtime",
    "proc_macro",
    "std",
]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

def _is_identifier(name):
    return bool(name) and not name[0].isdigit() and not [
        letter
        for letter in name.elems()
        if letter not in _LETTERS and letter not in "0123456789"
    ]

def identifier(name):
    """Makes a name of letters, digits and `_` of a target's.

    Args:
      name: the target's name.

    Returns:
      A str, which may start with a digit still.
    """
    return "".join([letter if _is_identifier("_" + letter) else "_" for letter in name.elems()])

def wrong_crate_name(name):
    """Says what is wrong with the name of a crate.

    Args:
      name: the name.

    Returns:
      A str; `None` if nothing is.
    """
    if not _is_identifier(name):
        return "`{}` is no name of a crate, which is of ASCII letters, digits and `_`, and starts with no digit".format(name)
    if name in _RUST_KEYWORDS:
        return "`{}` is a word of Rust's".format(name)
    if name in _TAKEN_CRATES:
        return "`{}` is a crate that the library is linked with".format(name)
    return None

def wrong_library_name(name):
    """Says what is wrong with the name of a library, which Python imports.

    Args:
      name: the name, without `.so`.

    Returns:
      A str; `None` if nothing is.
    """
    if not _is_identifier(name):
        return "the library would be `{}`, which Python can't import: it is of ASCII letters, digits and `_`".format(name)
    return None

def wrong_module(name):
    """Says what is wrong with the name of a module, which Python imports.

    Args:
      name: the name.

    Returns:
      A str; `None` if nothing is.
    """
    if not _is_identifier(name):
        return "`{}` is no name in Python, which is of ASCII letters, digits and `_`, and starts with no digit".format(name)
    if name in _PYTHON_KEYWORDS:
        return "`{}` is a word of Python's".format(name)
    return None

def wrong_handler(name):
    """Says what is wrong with the name of a function in index.py.

    Args:
      name: the name.

    Returns:
      A str; `None` if nothing is.
    """
    wrong = wrong_module(name)
    if not wrong and name.startswith("_"):
        wrong = "`{}` starts with `_`, as the names that index.py keeps for itself do".format(name)
    return wrong
