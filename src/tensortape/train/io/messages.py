"""Messages of protocol buffers as Python objects: what programs do with those of examples."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np

from tensortape.core import errors
from tensortape.train.wire import BYTES, fields, message, read_varint, signed, varint


class DecodeError(ValueError):
    """Bytes that are no message."""


def shown_bytes(value: bytes) -> str:
    """Bytes in quotes, others than printable ASCII as octal numbers."""
    escapes = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    inner = (escapes.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in value)
    return '"' + "".join(inner) + '"'


def shown(value: Any) -> str:
    """A value in the text format: a float with the digits that single precision has."""
    if isinstance(value, bytes):
        return shown_bytes(value)
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.6g}"
    return short if np.float32(short) == value or value != value else f"{value:.9g}"


class Values(list):
    """A repeated field of numbers or bytes, which refuses values of other kinds."""

    def __init__(self, owner: ValueList, values: Iterable[Any] = ()) -> None:
        self._owner = owner
        super().__init__(map(owner._checked, values))

    def append(self, value: Any) -> None:
        """Add one value."""
        super().append(self._owner._checked(value))
        self._owner.SetInParent()

    def extend(self, values: Iterable[Any]) -> None:
        """Add several values."""
        super().extend(map(self._owner._checked, values))
        self._owner.SetInParent()

    def __setitem__(self, at: Any, value: Any) -> None:
        check = self._owner._checked
        super().__setitem__(at, map(check, value) if isinstance(at, slice) else check(value))

    def __reduce__(self) -> Any:
        return list, (list(self),)


class Map(dict):
    """A map from text to messages: asking for a key that is not there makes an empty message."""

    def __init__(self, kind: type) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, key: str) -> Any:
        self[key] = self._kind()
        return self[key]

    def get_or_create(self, key: str) -> Any:
        """The message of a key, made if there is none."""
        return self[key]

    def __reduce__(self) -> Any:
        return type(self), (self._kind,), None, None, iter(self.items())


class Repeated(list):
    """A repeated field of messages."""

    def __init__(self, kind: type) -> None:
        super().__init__()
        self._kind = kind

    def add(self, **values: Any) -> Any:
        """Append a new message, and return it."""
        self.append(self._kind(**values))
        return self[-1]

    def __reduce__(self) -> Any:
        return type(self), (self._kind,), None, iter(self)


class Message:
    """A message whose fields are messages; with ``CHOICE`` one of them at a time (``oneof``)."""

    FIELDS: ClassVar[dict[str, Any]] = {}
    """Name -> number, what it is ("one", "map", "list") and the class of its messages."""
    CHOICE: ClassVar[str] = ""
    _touched = False

    def __init__(self, **values: Any) -> None:
        self._parts: dict[str, Any] = {}
        for name, value in values.items():
            if name not in self.FIELDS:
                raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
            if value is not None:
                self._put(name, value)

    def _put(self, name: str, value: Any) -> None:
        _, form, kind = self.FIELDS[name]
        if form == "map":
            for key, one in value.items():
                self._part(name)[key].CopyFrom(_instance(kind, one))
        elif form == "list":
            self._part(name).extend(_instance(kind, one) for one in value)
        else:
            self._part(name).CopyFrom(_instance(kind, value))
            self._part(name)._touched = True

    def _part(self, name: str) -> Any:
        if name not in self._parts:
            _, form, kind = self.FIELDS[name]
            if self.CHOICE:
                self._parts.clear()
            self._parts[name] = {"map": Map, "list": Repeated}.get(form, _made)(kind)
        return self._parts[name]

    def __getattr__(self, name: str) -> Any:
        if name in type(self).FIELDS:
            if type(self).CHOICE and name not in self._parts:
                return self.FIELDS[name][2]()._of(self, name)
            return self._part(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _present(self) -> list[str]:
        return [name for name, part in self._parts.items() if _used(part)]

    def HasField(self, name: str) -> bool:
        """Whether a field was set."""
        return name in self._present()

    def WhichOneof(self, name: str) -> str | None:
        """Which of the fields that exclude each other was set."""
        return next(iter(self._present()), None)

    def ClearField(self, name: str) -> None:
        """Take a field out."""
        self._parts.pop(name, None)

    def Clear(self) -> None:
        """Take everything out."""
        self._parts.clear()

    def CopyFrom(self, other: Any) -> None:
        """Become a copy of another message."""
        self.ParseFromString(other.SerializeToString())

    def MergeFrom(self, other: Any) -> None:
        """Take what another message has; its values come after those here."""
        self.MergeFromString(other.SerializeToString())

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        """The bytes of the message."""
        return b"".join(self._encoded(name) for name in self._parts)

    def _encoded(self, name: str) -> bytes:
        number, form, _ = self.FIELDS[name]
        part = self._parts[name]
        if form == "map":
            entries = ((key.encode(), one.SerializeToString()) for key, one in part.items())
            return b"".join(message(number, message(1, k) + message(2, v)) for k, v in entries)
        if form == "list":
            return b"".join(message(number, one.SerializeToString()) for one in part)
        return message(number, part.SerializeToString()) if _used(part) else b""

    def ByteSize(self) -> int:
        """The number of bytes of the message."""
        return len(self.SerializeToString())

    def ParseFromString(self, data: bytes) -> int:
        """Become the message of some bytes; their number. Raises ``ValueError`` for others."""
        self.Clear()
        return self.MergeFromString(data)

    def MergeFromString(self, data: bytes) -> int:
        """Take what the message of some bytes has."""
        by_number = {number: name for name, (number, _, _) in self.FIELDS.items()}
        try:
            for field in fields(data):
                if field.number in by_number and field.kind == BYTES:
                    self._decode(by_number[field.number], field.value)
        except (errors.DataLossError, UnicodeDecodeError, struct.error):
            raise DecodeError(
                f"Error parsing message with type 'tensorflow.{type(self).__name__}'"
            ) from None
        return len(data)

    def _decode(self, name: str, data: bytes) -> None:
        form, part = self.FIELDS[name][1], self._part(name)
        if form == "map":
            entry = {f.number: f.value for f in fields(data)}
            part.pop(key := entry.get(1, b"").decode(), None)
            part[key].MergeFromString(entry.get(2, b""))
        elif form == "list":
            part.add().MergeFromString(data)
        else:
            part._touched = True
            part.MergeFromString(data)

    @classmethod
    def FromString(cls, data: bytes) -> Any:
        """The message of some bytes. Raises ``ValueError`` for others."""
        out = cls()
        out.ParseFromString(data)
        return out

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        ours, theirs = self._present(), other._present()
        return set(ours) == set(theirs) and all(self._parts[n] == other._parts[n] for n in ours)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "".join(line + "\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for name in self._present():
            form, part = self.FIELDS[name][1], self._parts[name]
            if form == "map":
                for key, one in part.items():
                    yield from (f"{name} {{", f"  key: {shown_bytes(key.encode())}")
                    yield from _block("  value", one, "  ")
                    yield "}"
            else:
                for one in part if form == "list" else [part]:
                    yield from _block(name, one, "")


def _block(name: str, part: Any, margin: str) -> Iterator[str]:
    yield f"{name} {{"
    yield from (f"{margin}  {line}" for line in part._lines())
    yield f"{margin}}}"


def _made(kind: Any) -> Any:
    return kind()


def _used(part: Any) -> bool:
    """Whether a part is there: has elements, or is a message that was set."""
    if isinstance(part, (list, dict)):
        return bool(part)
    return part._touched or bool(part._present())


def _instance(kind: type, value: Any) -> Any:
    if isinstance(value, dict):
        return kind(**value)
    if type(value) is not kind:
        raise TypeError(
            "Parameter to initialize message field must be dict or instance of same class: "
            f"expected {kind} got {type(value)}."
        )
    return value


class ValueList(Message):
    """A message that is a list of numbers or bytes."""

    def __init__(self, value: Iterable[Any] = ()) -> None:
        super().__init__()
        self._touched = True
        self._parent: Any = None
        self.value = Values(self, value)

    def _of(self, parent: Message, name: str) -> ValueList:
        """This empty list, as a field of ``parent`` from its first value on."""
        self._parent, self._touched = (parent, name), False
        return self

    @staticmethod
    def _checked(value: Any) -> Any:
        return value

    def _packed(self) -> bytes:
        raise NotImplementedError

    def _read(self, kind: int, data: Any) -> list[Any]:
        raise NotImplementedError

    def _present(self) -> list[str]:
        return ["value"] if self.value else []

    def SetInParent(self) -> None:
        """Count as set, empty as it may be; what excludes this field is taken out."""
        self._touched = True
        if self._parent is not None:
            (parent, name), self._parent = self._parent, None
            parent._parts = {name: self}

    def Clear(self) -> None:
        """Take all values out."""
        self.value[:] = []

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        """The bytes of the message."""
        return self._packed() if self.value else b""

    def MergeFromString(self, data: bytes) -> int:
        """Take the values of the message of some bytes."""
        self.SetInParent()
        try:
            for field in fields(data):
                if field.number == 1:
                    list.extend(self.value, self._read(field.kind, field.value))
        except (errors.DataLossError, struct.error):
            raise DecodeError(f"Error parsing message {type(self).__name__}") from None
        return len(data)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and list(self.value) == list(other.value)

    __hash__ = None

    def _lines(self) -> Iterator[str]:
        return (f"value: {shown(v)}" for v in self.value)


def packed_varints(values: Iterable[int]) -> bytes:
    """Integers one after the other."""
    return b"".join(map(varint, values))


def unpacked_varints(data: bytes) -> list[int]:
    """The integers that stand one after the other."""
    out, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        out.append(signed(value))
    return out
