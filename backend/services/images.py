"""ImageService: translates between the API and `contui.backend.images.store`."""

from __future__ import annotations

import asyncio
import fnmatch
import io
import json
import queue
from collections.abc import AsyncIterator
from typing import Any, cast

from contui.backend.containers.inspect import rfc3339
from contui.backend.containers.manager import Manager
from contui.backend.errors import InvalidArgument
from contui.backend.events import Bus
from contui.backend.images.record import ImageRecord
from contui.backend.images.store import ImageStore
from contui.proto.v1 import images_pb2 as pb
from contui.proto.v1.images_pb2_grpc import ImageServiceServicer
from contui.proto.v1.types_pb2 import Timestamp

QUEUED = 8  # messages of at most 1 MiB between the network and the thread that unpacks


class ImageService(ImageServiceServicer):
    """See images.proto for what each call promises."""

    def __init__(self, images: ImageStore, manager: Manager, bus: Bus) -> None:
        self._images = images
        self._manager = manager
        self._bus = bus

    async def List(self, request: pb.ListImagesRequest, context: Any) -> pb.ListImagesResponse:
        records = await asyncio.to_thread(self._images.list)
        for key in request.filters:
            if key not in ("reference", "label"):
                raise InvalidArgument(f"there is no filter {key!r}", "use reference or label")
        found = [record for record in records if _matches(record, dict(request.filters))]
        return pb.ListImagesResponse(images=[self._message(record) for record in found])

    async def Inspect(
        self, request: pb.InspectImageRequest, context: Any
    ) -> pb.InspectImageResponse:
        record = await asyncio.to_thread(self._images.get, request.image)
        return pb.InspectImageResponse(image=self._message(record), json=document(record))

    async def Import(
        self, request_iterator: AsyncIterator[pb.ImportRequest], context: Any
    ) -> pb.ImportResponse:
        first = await anext(aiter(request_iterator), None)
        if first is None or first.WhichOneof("part") != "header":
            raise InvalidArgument("the first message of an import must be its header")
        pipe = Pipe()
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(
            None, self._images.import_tar, cast(Any, io.BufferedReader(pipe, 1 << 20)), first.header
        )
        try:
            async for part in request_iterator:
                if part.data and not await pipe.feed(part.data, work):
                    break  # it was refused already: its error tells why
            await pipe.feed(b"", work)
            record = await work
        except BaseException:
            pipe.cut()
            raise
        self._tell("import", record.id, record.references[0] if record.references else "")
        return pb.ImportResponse(image=self._message(record))

    async def Remove(self, request: pb.RemoveImageRequest, context: Any) -> pb.RemoveImageResponse:
        untagged, deleted = await asyncio.to_thread(
            self._images.remove, request.image, request.force, self._manager.users_of
        )
        for reference in untagged:
            self._tell("untag", reference, reference)
        for image_id in deleted:
            self._tell("delete", image_id, request.image)
        return pb.RemoveImageResponse(untagged=untagged, deleted=deleted)

    def _tell(self, action: str, image_id: str, name: str) -> None:
        self._bus.publish("image", action, image_id, name)

    def _message(self, record: ImageRecord) -> pb.Image:
        return pb.Image(
            id=record.id,
            references=record.references,
            created_at=Timestamp(unix_nanos=record.created),
            size_bytes=record.size,
            digest=record.digest,
            architecture=record.architecture,
            labels=record.labels,
            containers=len(self._manager.users_of(record.id)),
        )


class Pipe(io.RawIOBase):
    """Bytes from the event loop to a thread that reads them as a file."""

    def __init__(self) -> None:
        self._parts: queue.Queue[bytes | None] = queue.Queue()
        self._room = asyncio.Semaphore(QUEUED)
        self._loop = asyncio.get_running_loop()
        self._held = b""
        self._ended = False

    async def feed(self, data: bytes, reader: asyncio.Future[Any]) -> bool:
        """Hand over a part (empty: the end), when there is room; False if the reader is gone."""
        taking = asyncio.ensure_future(self._room.acquire())
        await asyncio.wait([taking, reader], return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            taking.cancel()
            return False
        self._parts.put(data)
        return not reader.done()

    def cut(self) -> None:
        """The client is gone: the reader gets an error instead of an end."""
        self._parts.put(None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._held and not self._ended:
            part = self._parts.get()
            if part is None:
                raise OSError("the client went away in the middle of the upload")
            self._loop.call_soon_threadsafe(self._room.release)
            self._held, self._ended = part, not part
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def _matches(record: ImageRecord, filters: dict[str, str]) -> bool:
    if pattern := filters.get("reference"):
        names = [*record.references, *(name.rpartition(":")[0] for name in record.references)]
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            return False
    if label := filters.get("label"):
        key, has_value, value = label.partition("=")
        if key not in record.labels or (has_value and record.labels[key] != value):
            return False
    return True


def document(record: ImageRecord) -> str:
    """`inspect` of an image, with Docker's key names."""
    values = {
        "Id": record.id,
        "RepoTags": list(record.references),
        "RepoDigests": [record.digest] if record.digest else [],
        "Comment": record.comment,
        "Created": rfc3339(record.created),
        "Config": dict(record.config),
        "Architecture": record.architecture,
        "Os": "linux",
        "Size": record.size,
        "RootFS": {"Type": "layers", "Layers": [str(layer) for layer in record.layers]},
        "History": [dict(entry) for entry in record.history],
    }
    return json.dumps(values, indent=4, ensure_ascii=False)
