"""The classic shim: a Rust function behind C strings, called by ctypes."""

import ctypes
import json
from typing import Any

_library = ctypes.CDLL("./libclassic_ctypes.so")
_library.handle.argtypes = [ctypes.c_char_p]
# A c_char_p would be made a bytes object at once, and the pointer, which is to be released, be lost.
_library.handle.restype = ctypes.c_void_p
_library.release.argtypes = [ctypes.c_void_p]
_library.release.restype = None


def handler(event: Any, context: Any) -> Any:
    response = _library.handle(json.dumps(event).encode())
    if not response:
        raise ValueError("there is no response to the event")
    try:
        return json.loads(ctypes.string_at(response))
    finally:
        _library.release(response)
