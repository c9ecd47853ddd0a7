"""Frozen dataclasses to JSON and back. Decoding trusts nothing: a field of the wrong type is a `Malformed`."""

import dataclasses
import math
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Malformed(ValueError):
    """What came over the border is not what was agreed."""


def encode(value: object) -> Any:
    """Plain JSON values; bytes are left out, they travel beside the JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if not isinstance(getattr(value, field.name), bytes)
        }
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def decode(kind: type[T], value: object, **extra: object) -> T:
    """An instance of the dataclass `kind`; `extra` are fields that did not travel as JSON."""
    if not isinstance(value, Mapping):
        raise Malformed(f"{kind.__name__} is not an object")
    hints = _hints(kind)  # type: ignore[arg-type]
    unknown = set(value) - set(hints)
    if unknown:
        raise Malformed(f"{kind.__name__} has no {sorted(unknown)}")
    try:
        return kind(**{name: _decoded(hints[name], item) for name, item in value.items()}, **extra)
    except TypeError as error:
        raise Malformed(f"{kind.__name__}: {error}") from error


def _decoded(hint: Any, value: object) -> object:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _optional(get_args(hint), value)
    if origin is tuple:
        return _tuple(get_args(hint), value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, value)
    return _scalar(hint, value)


def _optional(choices: tuple[Any, ...], value: object) -> object:
    if value is None and NoneType in choices:
        return None
    return _decoded(next(choice for choice in choices if choice is not NoneType), value)


def _tuple(inner: tuple[Any, ...], value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise Malformed("a list was expected")
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_decoded(inner[0], item) for item in value)
    if len(inner) != len(value):
        raise Malformed(f"{len(inner)} values were expected")
    return tuple(_decoded(hint, item) for hint, item in zip(inner, value, strict=True))


def _scalar(hint: Any, value: object) -> object:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        try:
            return hint(str(value))
        except ValueError as error:
            raise Malformed(str(error)) from error
    if hint is float and type(value) in (int, float):
        number = float(value)  # type: ignore[arg-type]
        if math.isfinite(number):
            return number
    elif type(value) is hint:
        return value
    raise Malformed(f"{value!r:.80} is not a {getattr(hint, '__name__', hint)}")
