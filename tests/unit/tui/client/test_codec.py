"""Our messages against protobuf's own, in both directions."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from google.protobuf.message import Message as PbMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contui.proto.v1 import (
    containers_pb2,
    events_pb2,
    images_pb2,
    processes_pb2,
    sessions_pb2,
)
from contui.tui.client import codec, messages

KINDS: dict[str, type[PbMessage]] = {
    "CreateRequest": containers_pb2.CreateRequest,
    "ListRequest": containers_pb2.ListRequest,
    "ListResponse": containers_pb2.ListResponse,
    "Event": events_pb2.Event,
    "ImportRequest": images_pb2.ImportRequest,
    "ListProcessesResponse": processes_pb2.ListProcessesResponse,
    "ClientFrame": sessions_pb2.ClientFrame,
    "ServerFrame": sessions_pb2.ServerFrame,
}
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    codec.DOUBLE: st.floats(allow_nan=False),
    codec.INT64: st.integers(-(2**63), 2**63 - 1),
    codec.UINT64: st.integers(0, 2**64 - 1),
    codec.INT32: st.integers(-(2**31), 2**31 - 1),
    codec.BOOL: st.booleans(),
    codec.STRING: st.text(max_size=200),
    codec.BYTES: st.binary(max_size=200),
    codec.UINT32: st.integers(0, 2**32 - 1),
    codec.ENUM: st.integers(0, 3),
}


def _fill(draw: Any, message: Any, depth: int = 0) -> None:
    """Set some of a protobuf message's fields."""
    for field in message.DESCRIPTOR.fields:
        if depth > 3 or not draw(st.booleans()):
            continue
        if field.is_repeated and field.message_type and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            key = draw(st.text(max_size=5))
            if value.message_type:
                _fill(draw, getattr(message, field.name)[key], depth + 1)
            else:
                getattr(message, field.name)[key] = draw(SCALARS[value.type])
        elif field.message_type:
            target = getattr(message, field.name)
            if field.is_repeated:
                target = target.add()
            else:
                target.SetInParent()
            _fill(draw, target, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(SCALARS[field.type], max_size=3)))
        else:
            setattr(message, field.name, draw(SCALARS[field.type]))


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_protobuf_and_we_say_the_same(name: str, data: st.DataObject) -> None:
    theirs = KINDS[name]()
    _fill(data.draw, theirs)
    ours = getattr(messages, name).FromString(theirs.SerializeToString())
    assert KINDS[name].FromString(ours.SerializeToString()) == theirs


@given(st.binary(max_size=100))
def test_garbage_is_an_error_of_its_own(data: bytes) -> None:
    with contextlib.suppress(codec.DecodeError):
        messages.Event.FromString(data).SerializeToString()


def test_defaults_and_presence() -> None:
    spec = messages.ContainerSpec()
    assert (spec.image, spec.tty, spec.mounts, spec.labels) == ("", False, [], {})
    assert not spec.HasField("entrypoint")
    assert not spec.HasField("size")
    assert spec.SerializeToString() == b""
    spec.entrypoint = ""
    spec.size.cols = 80
    assert spec.HasField("entrypoint")
    assert spec.HasField("size")
    assert containers_pb2.ContainerSpec.FromString(spec.SerializeToString()).HasField("entrypoint")


def test_an_empty_message_of_a_oneof_counts() -> None:
    frame = messages.ClientFrame(detach=messages.Detach())
    assert frame.WhichOneof("frame") == "detach"
    theirs = sessions_pb2.ClientFrame.FromString(frame.SerializeToString())
    assert theirs.WhichOneof("frame") == "detach"


def test_setting_one_of_a_oneof_unsets_the_other() -> None:
    frame = messages.ClientFrame(input=b"x")
    frame.signal = "TERM"
    assert frame.WhichOneof("frame") == "signal"


def test_maps_of_messages_grow_when_asked() -> None:
    request = messages.ListRequest()
    request.filters["name"].values.append("web")
    theirs = containers_pb2.ListRequest.FromString(request.SerializeToString())
    assert list(theirs.filters["name"].values) == ["web"]


def test_wrong_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no field"):
        messages.Size(columns=3)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        messages.Size().columns = 3  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        _ = messages.NoSuchMessage  # type: ignore[attr-defined]


def test_unknown_fields_are_skipped() -> None:
    newer = messages.Event(sequence=3, name="x").SerializeToString()
    assert messages.Size.FromString(newer[:2] + b"\xfa\x01\x02hi\xf9\x01" + bytes(8)).cols == 3


def test_enum_values_are_numbers() -> None:
    assert messages.ACCESS_EXCLUSIVE == sessions_pb2.ACCESS_EXCLUSIVE
    assert messages.CONTAINER_STATE_UNKNOWN == 9
