"""Has C code call the library."""

import ctypes
import json
from pathlib import Path
from typing import Any

import index  # type: ignore[import-not-found]

_FOLDER = Path(index.__file__).parent
_LIBRARY = str(_FOLDER / "libcalled.so").encode()
_CALLER = ctypes.PyDLL(str(_FOLDER / "libcaller.so"))
_CALLER.call.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.py_object, ctypes.py_object]
_CALLER.call.restype = ctypes.py_object


def handler(event: dict[str, Any], context: object) -> Any:
    """Answers with what the call gave, or raised."""
    if "function" not in event:
        return bool(_CALLER.fits(_LIBRARY))
    argument = event["event"] if event.get("parsed") else json.dumps(event["event"]).encode()
    try:
        answer = _CALLER.call(_LIBRARY, event["function"], argument, context)
    except Exception as error:
        return [type(error).__name__, str(error)]
    return [type(answer).__name__, answer if event.get("parsed") else json.loads(answer)]
