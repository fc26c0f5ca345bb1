"""The API's message classes, made from `proto/v1/descriptors.bin` when they are first asked for.

`messages.CreateRequest` and the like are classes of `contui.tui.client.codec`, for the type checker
those of the generated modules, whose manners they have. Enum values are plain numbers here
(`messages.ACCESS_READ_ONLY`). The TUI, where start-up does not matter so much, uses the generated
modules; messages of one kind cannot be given where the other is wanted.

The descriptors come from `proto/generate.py`.
"""

from __future__ import annotations

from contui.tui.client import codec
from contui.tui.client.codec import get_varint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from contui.proto.v1.containers_pb2 import *  # noqa: F403
    from contui.proto.v1.events_pb2 import *  # noqa: F403
    from contui.proto.v1.images_pb2 import *  # noqa: F403
    from contui.proto.v1.logs_pb2 import *  # noqa: F403
    from contui.proto.v1.networks_pb2 import *  # noqa: F403
    from contui.proto.v1.processes_pb2 import *  # noqa: F403
    from contui.proto.v1.sessions_pb2 import *  # noqa: F403
    from contui.proto.v1.stats_pb2 import *  # noqa: F403
    from contui.proto.v1.system_pb2 import *  # noqa: F403
    from contui.proto.v1.types_pb2 import *  # noqa: F403
    from contui.proto.v1.volumes_pb2 import *  # noqa: F403

    Raw = tuple[int, Any]

_PREFIX = ".contui.v1."

# Numbers of fields in google/protobuf/descriptor.proto.
_SET_FILE = 1
_FILE_MESSAGE, _FILE_ENUM = 4, 5
_MESSAGE_NAME, _MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_OPTIONS, _MESSAGE_ONEOF = 1, 2, 3, 7, 8
_OPTIONS_MAP_ENTRY = 7
_FIELD_NAME, _FIELD_NUMBER, _FIELD_LABEL, _FIELD_TYPE, _FIELD_TYPE_NAME = 1, 3, 4, 5, 6
_FIELD_ONEOF, _FIELD_OPTIONAL = 9, 17
_REPEATED = 3
_ENUM_VALUE, _VALUE_NAME, _VALUE_NUMBER = 2, 1, 2

_descriptors: dict[str, memoryview] = {}  # of messages, by full name
_enums: list[memoryview] = []
_classes: dict[str, type[codec.Message]] = {}


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if not _descriptors:
        _load()
    if name.isupper():
        value: Any = _enum_value(name)
    elif _PREFIX + name in _descriptors:
        value = _message(_PREFIX + name)
    else:
        raise AttributeError(f"the API has no {name}")
    globals()[name] = value
    return value


def _load() -> None:
    """Find where each descriptor lies in the file; they are read when they are wanted."""
    path = f"{__file__.rpartition('/tui/')[0]}/proto/v1/descriptors.bin"
    with open(path, "rb", buffering=0) as file:
        data = memoryview(file.read())
    for number, content in _fields(data):
        if number == _SET_FILE:
            for kind, item in _fields(content):
                if kind == _FILE_MESSAGE:
                    _descriptors[_PREFIX + _name(item)] = item
                elif kind == _FILE_ENUM:
                    _enums.append(item)


def _fields(data: memoryview) -> Iterator[Raw]:
    """(number, value) of each field of a message whose schema is not known."""
    at = 0
    while at < len(data):
        key, at = get_varint(data, at)
        value, at = get_varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _name(item: memoryview) -> str:
    """The field 1 of a descriptor, which is its name and comes first."""
    length, at = get_varint(item, 1)
    return str(item[at : at + length], "utf-8")


def _enum_value(name: str) -> int:
    for enum in _enums:
        for number, item in _fields(enum):
            if number == _ENUM_VALUE and _name(item) == name:
                return int(dict(_fields(item)).get(_VALUE_NUMBER, 0))
    raise AttributeError(f"the API has no {name}")


def _message(full_name: str) -> type[codec.Message]:
    """The class of a message, made at the first call."""
    made = _classes.get(full_name)
    if made is not None:
        return made
    oneofs: list[str] = []
    fields: list[codec.Field] = []
    maps: set[str] = set()
    for number, item in _fields(_descriptors[full_name]):
        if number == _MESSAGE_ONEOF:
            oneofs.append(_name(item))
        elif number == _MESSAGE_NESTED:
            nested = f"{full_name}.{_name(item)}"
            _descriptors[nested] = item
            if any(_is_map_entry(value) for kind, value in _fields(item) if kind == 7):
                maps.add(nested)
    for number, item in _fields(_descriptors[full_name]):
        if number == _MESSAGE_FIELD:
            fields.append(_field(dict(_fields(item)), oneofs, maps))
    fields.sort(key=lambda field: field.number)
    made = _classes[full_name] = type(
        full_name.rpartition(".")[2],
        (codec.Message,),
        {
            "FIELDS": {field.name: field for field in fields},
            "NUMBERS": {field.number: field for field in fields},
        },
    )
    return made


def _is_map_entry(options: memoryview) -> bool:
    return dict(_fields(options)).get(_OPTIONS_MAP_ENTRY) == 1


def _field(raw: dict[int, Any], oneofs: list[str], maps: set[str]) -> codec.Field:
    field = codec.Field(str(raw[_FIELD_NAME], "utf-8"), raw[_FIELD_NUMBER], raw[_FIELD_TYPE])
    field.repeated = raw[_FIELD_LABEL] == _REPEATED
    field.optional = raw.get(_FIELD_OPTIONAL) == 1
    if _FIELD_ONEOF in raw and not field.optional:
        # The names of oneofs come after the fields: see `_message`.
        field.oneof = oneofs[raw[_FIELD_ONEOF]]
    if field.type == codec.MESSAGE:
        type_name = str(raw[_FIELD_TYPE_NAME], "utf-8")
        field.map = type_name in maps
        field.maker = lambda: _message(type_name)
    return field
