"""Protocol buffers in pure Python: as much of proto3 as our API uses, with protobuf's own manners.

Importing protobuf takes two thirds of the time in which Python itself starts, and the command line
would pay it at every call. `Message` behaves as protobuf's classes do: keyword arguments, defaults,
lists and dicts for repeated fields and maps, `HasField`, `WhichOneof`, `FromString`,
`SerializeToString`. Reading a message field that is not set gives an empty message, and setting
something in it sets it.

The schema comes from `contui.tui.client.messages`. The wire format is that of
https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from struct import Struct
from struct import error as struct_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

# FieldDescriptorProto.Type
DOUBLE, INT64, UINT64, INT32, BOOL, STRING, MESSAGE, BYTES, UINT32, ENUM = (
    1, 3, 4, 5, 8, 9, 11, 12, 13, 14,
)  # fmt: skip

_DEFAULTS: dict[int, Any] = {
    DOUBLE: 0.0, INT64: 0, UINT64: 0, INT32: 0, BOOL: False, STRING: "", BYTES: b"", UINT32: 0,
    ENUM: 0,
}  # fmt: skip

_VARINT, _I64, _LEN, _I32 = 0, 1, 2, 5
_WIRE = {DOUBLE: _I64, STRING: _LEN, BYTES: _LEN, MESSAGE: _LEN}
_DOUBLE = Struct("<d")
_U64 = (1 << 64) - 1


class DecodeError(ValueError):
    """The bytes are no message of this kind."""


class Field:
    """One field of a message's schema."""

    __slots__ = ("key", "maker", "map", "name", "number", "oneof", "optional", "repeated", "type")

    def __init__(self, name: str, number: int, kind: int) -> None:
        self.name = name
        self.number = number
        self.type = kind
        self.repeated = False
        self.map = False
        self.optional = False  # a scalar with presence
        self.oneof = ""
        self.maker: Callable[[], type[Message]] | None = None  # of a message field
        self.key = number << 3 | _WIRE.get(kind, _VARINT)


class Message:
    """Base of all message classes. Values that were set lie in the instance's `__dict__`."""

    FIELDS: ClassVar[dict[str, Field]] = {}
    NUMBERS: ClassVar[dict[int, Field]] = {}

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            if value is None:
                continue
            field = self.FIELDS.get(name)
            if field is None:
                raise ValueError(f"{type(self).__name__} has no field {name}")
            if field.map:
                value = dict(value)
            elif field.repeated:
                value = list(value)
            elif field.type == MESSAGE:
                value.SetInParent()
            self._put(field, value)

    def __getattr__(self, name: str) -> Any:
        """The default of a field that is not set."""
        field = self.FIELDS.get(name)
        if field is None:
            raise AttributeError(f"{type(self).__name__} has no field {name}")
        if field.map:
            value: Any = _Map(field)
        elif field.repeated:
            value = _List(field)
        elif field.type == MESSAGE:
            assert field.maker is not None
            value = field.maker()()
        else:
            return _DEFAULTS[field.type]
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        field = self.FIELDS.get(name)
        if field is None or field.repeated or field.type == MESSAGE:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned")
        self._put(field, value)

    def _put(self, field: Field, value: Any) -> None:
        if field.oneof:
            for other in self.FIELDS.values():
                if other.oneof == field.oneof:
                    self.__dict__.pop(other.name, None)
        self.__dict__[field.name] = value

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.SerializeToString() == other.SerializeToString()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(
            f"{name}={value!r}" for name, value in self.__dict__.items() if name in self.FIELDS
        )
        return f"{type(self).__name__}({inner})"

    def SetInParent(self) -> None:
        """Count as set even when empty."""
        self.__dict__[" set"] = True

    def HasField(self, name: str) -> bool:
        """Whether a field with presence is set."""
        field = self.FIELDS[name]
        value = self.__dict__.get(name)
        if field.type == MESSAGE and not field.repeated:
            return value is not None and value._is_set()
        return value is not None

    def ClearField(self, name: str) -> None:
        """Unset a field."""
        self.__dict__.pop(name, None)

    def WhichOneof(self, name: str) -> str | None:
        """The field of a oneof that is set."""
        for key, value in self.__dict__.items():
            field = self.FIELDS.get(key)
            if field is None or field.oneof != name:
                continue
            if field.type != MESSAGE or value._is_set():
                return key
        return None

    def _is_set(self) -> bool:
        if " set" in self.__dict__:
            return True
        return any(
            value._is_set() if isinstance(value, Message) else value or self.FIELDS[name].optional
            for name, value in self.__dict__.items()
        )

    def CopyFrom(self, other: Message) -> None:
        """Become equal to another message of the same kind."""
        self.__dict__.clear()
        self._merge(memoryview(other.SerializeToString()))
        self.SetInParent()

    def SerializeToString(self) -> bytes:
        """The message in the wire format."""
        out = bytearray()
        values = self.__dict__
        for field in self.FIELDS.values():
            value = values.get(field.name)
            if value is None:
                continue
            if field.map:
                _put_map(out, field, value)
            elif field.repeated:
                for item in value:
                    _put_value(out, field, item)
            elif field.type == MESSAGE:
                if value._is_set():
                    _put_value(out, field, value)
            elif field.optional or field.oneof or _is_given(field, value):
                _put_value(out, field, value)
        return bytes(out)

    @classmethod
    def FromString(cls, data: bytes) -> Any:
        """The message that the bytes hold. Raises DecodeError."""
        message = cls()
        try:
            message._merge(memoryview(data))
        except (IndexError, UnicodeDecodeError, TypeError, struct_error) as error:
            raise DecodeError(f"this is no {cls.__name__}: {error}") from None
        return message

    def _merge(self, data: memoryview) -> None:
        at, end, numbers = 0, len(data), self.NUMBERS
        while at < end:
            key = data[at]
            at += 1
            if key > 0x7F:
                key, at = get_varint(data, at - 1)
            wire = key & 7
            value: Any
            if wire == _LEN:
                length = data[at]
                at += 1
                if length > 0x7F:
                    length, at = get_varint(data, at - 1)
                value = data[at : at + length]
                at += length
                if at > end:
                    raise DecodeError("a field is cut short")
            elif wire == _VARINT:
                value = data[at]
                at += 1
                if value > 0x7F:
                    value, at = get_varint(data, at - 1)
            elif wire in (_I64, _I32):
                size = 8 if wire == _I64 else 4
                value = data[at : at + size]
                at += size
            else:
                raise DecodeError("a field has an unknown wire type")
            field = numbers.get(key >> 3)
            if field is not None and _fits(field, wire):
                self._take(field, wire, value)

    def _take(self, field: Field, wire: int, raw: Any) -> None:
        if field.map:
            entry = _entry(field)
            entry._merge(raw)
            getattr(self, field.name)[entry.key] = entry.value
        elif field.repeated:
            values = getattr(self, field.name)
            if wire == _LEN and field.type not in _WIRE:  # packed
                at = 0
                while at < len(raw):
                    number, at = get_varint(raw, at)
                    values.append(_scalar(field, number))
            else:
                values.append(_value(field, raw))
        elif field.oneof:
            self._put(field, _value(field, raw))
        else:
            self.__dict__[field.name] = _value(field, raw)


class _List(list["Any"]):
    """A repeated field; of messages, `add` makes one more."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._maker = field.maker

    def add(self, **values: Any) -> Any:
        assert self._maker is not None
        item = self._maker()(**values)
        self.append(item)
        return item


class _Map(dict["Any", "Any"]):
    """A map field; of messages, what is missing is made when it is asked for."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def __missing__(self, key: Any) -> Any:
        assert self._field.maker is not None
        value = self._field.maker().FIELDS["value"]
        if value.type != MESSAGE:
            raise KeyError(key)
        assert value.maker is not None
        made = self[key] = value.maker()()
        return made


def _is_given(field: Field, value: Any) -> bool:
    """Whether a scalar without presence differs from its default, as -0.0 does."""
    return bool(value) or (field.type == DOUBLE and _DOUBLE.pack(value) != bytes(8))


def _fits(field: Field, wire: int) -> bool:
    """Whether the wire type is the field's; another is skipped, as an unknown field is."""
    return wire == _WIRE.get(field.type, _VARINT) or (wire == _LEN and field.repeated)


def _entry(field: Field) -> Any:
    assert field.maker is not None
    return field.maker()()


def _value(field: Field, raw: Any) -> Any:
    kind = field.type
    if kind == STRING:
        return str(raw, "utf-8")
    if kind == BYTES:
        return bytes(raw)
    if kind == MESSAGE:
        assert field.maker is not None
        message = field.maker()()
        message._merge(raw)
        message.__dict__[" set"] = True
        return message
    if kind == DOUBLE:
        return _DOUBLE.unpack(raw)[0]
    return _scalar(field, raw)


def _scalar(field: Field, number: int) -> Any:
    kind = field.type
    if kind == BOOL:
        return number != 0
    if kind in (INT64, INT32, ENUM) and number >> 63:
        return number - (1 << 64)
    return number


def _put_map(out: bytearray, field: Field, values: dict[Any, Any]) -> None:
    for key, value in values.items():
        entry = _entry(field)
        for name, item in (("key", key), ("value", value)):
            entry._put(entry.FIELDS[name], item)
            if isinstance(item, Message):
                item.SetInParent()
        _put_value(out, field, entry)


def _put_value(out: bytearray, field: Field, value: Any) -> None:
    put_varint(out, field.key)
    kind = field.type
    if kind in (STRING, BYTES, MESSAGE):
        if kind == STRING:
            value = value.encode("utf-8")
        elif kind == MESSAGE:
            value = value.SerializeToString()
        put_varint(out, len(value))
        out += value
    elif kind == DOUBLE:
        out += _DOUBLE.pack(value)
    else:
        if value < 0 and kind in (UINT32, UINT64):
            raise ValueError(f"{field.name} cannot be negative")
        put_varint(out, int(value) & _U64)


def put_varint(out: bytearray, value: int) -> None:
    """Append a number in base 128, least significant group first."""
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def get_varint(data: memoryview | bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where the next thing begins. Raises IndexError at the end."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _U64, at
        shift += 7
        if shift > 63:
            raise DecodeError("a number is too long")
