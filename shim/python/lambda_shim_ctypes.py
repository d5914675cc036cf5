"""The C functions of a zip's library, bound by ctypes. Packed by rules_rust_lambda beside `index.py`.

They are declared and described in rules_rust_lambda's `shim/include/lambda_shim.h`.
"""

from __future__ import annotations

import os

# Type checkers take this for true. At run time `typing` would cost more than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Library:
    """A library, with its C functions as methods."""

    def __init__(self, name: str) -> None:
        """Binds them.

        Raises `ImportError` where there is no such library, or it lacks one of them, as one of another version may.
        """
        path = os.path.join(os.path.dirname(__file__), name + ".so")
        # What does not lie beside this file may be a layer's, which the linker finds.
        self.__file__ = path if os.path.exists(path) else name + ".so"
        try:
            self._bind(*_binder(self.__file__))
        except (AttributeError, OSError) as error:
            raise ImportError(f"{name}.so can't be loaded: {error}") from error

    def _bind(self, find: Callable[[str], Any], number: Any, any_object: Any) -> None:
        def bind(name: str, result: Any, *takes: Any) -> Any:
            function = find("lambda_shim_" + name)
            function.restype = result
            function.argtypes = takes
            return function

        self.version = bind("version", number)
        self.install = bind("install", any_object, *[any_object] * 5)
        self.init = bind("init", any_object, number)
        self.run = bind("run", any_object, number)
        self.before_snapshot = bind("before_snapshot", any_object)
        self.after_restore = bind("after_restore", any_object)
        self.invoke = bind("invoke", any_object, number, any_object, any_object)

    def handler(self, number: int) -> Any:
        """A handler for Lambda's runtime client."""
        invoke = self.invoke

        def handler(event: Any, context: Any) -> Any:
            return invoke(number, event, context)

        return handler


def _binder(path: str) -> tuple[Callable[[str], Any], Any, Any]:
    """What finds a function of a library, called under the interpreter's lock, and the types of a number and an object.

    The package `ctypes` takes five times as long to import as the module in C that it wraps, which has all it takes.
    """
    try:
        from _ctypes import FUNCFLAG_CDECL, FUNCFLAG_PYTHONAPI, CFuncPtr, _SimpleCData, dlopen, dlsym
    except ImportError:
        from ctypes import PyDLL, c_long, py_object

        return PyDLL(path).__getitem__, c_long, py_object

    class Number(_SimpleCData):  # type: ignore[type-arg]
        _type_ = "l"

    class Object(_SimpleCData):  # type: ignore[type-arg]
        _type_ = "O"

    class Function(CFuncPtr):
        _flags_ = FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI

    handle = dlopen(path, 0)
    return lambda name: Function(dlsym(handle, name)), Number, Object
