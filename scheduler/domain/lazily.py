"""What is worked out when it is first asked for, and then kept with what it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazily(Generic[Value]):
    """A property that is kept, like `cached_property`, without its lock.

    That one lock holds for the property of all objects at once: until Python 3.12 a thread that works out something for
    one request keeps those of all others waiting, and whoever asks first pays as much for the lock as for many an
    answer. Here two threads may both work it out, to the same end. The object must have a `__dict__`.
    """

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type[object], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, it: None, owner: type[object]) -> lazily[Value]: ...
    @overload
    def __get__(self, it: object, owner: type[object]) -> Value: ...
    def __get__(self, it: object | None, owner: type[object]) -> lazily[Value] | Value:
        if it is None:
            return self
        value: Value = self._work_out(it)
        it.__dict__[self._name] = value
        return value
