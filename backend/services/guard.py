"""Stands before every RPC: the one place where errors become statuses.

An interceptor of the gRPC server that `contui.backend.daemon` makes. A ContuiError becomes its
status with `contui-kind` and `contui-hint`; anything else is logged with its places and becomes
INTERNAL with a sentence, so that no traceback reaches a person.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from contui.backend.containers.store import is_full
from contui.backend.errors import ContuiError, Internal, metadata

log = logging.getLogger(__name__)

Handler = Any  # grpc.RpcMethodHandler, whose attributes the stubs do not know


class Guard(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Wraps every handler."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = getattr(handler_call_details, "method", "")
        for shape, wrap in (
            ("unary_unary", _unary),
            ("stream_unary", _unary),
            ("unary_stream", _stream),
            ("stream_stream", _stream),
        ):
            if behaviour := getattr(handler, shape):
                make = getattr(grpc, f"{shape}_rpc_method_handler")
                return make(
                    wrap(behaviour, method),
                    request_deserializer=handler.request_deserializer,
                    response_serializer=handler.response_serializer,
                )
        return handler


def _unary(behaviour: Callable[..., Awaitable[Any]], method: str) -> Callable[..., Awaitable[Any]]:
    async def guarded(request: Any, context: Any) -> Any:
        try:
            return await behaviour(request, context)
        except Exception as error:
            await refuse(context, error, method)

    return guarded


def _stream(
    behaviour: Callable[..., AsyncIterator[Any]], method: str
) -> Callable[..., AsyncIterator[Any]]:
    async def guarded(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            async for message in behaviour(request, context):
                yield message
        except Exception as error:
            await refuse(context, error, method)

    return guarded


async def refuse(context: Any, error: Exception, method: str) -> None:
    """End a call with the status that an error stands for."""
    if isinstance(error, grpc.aio.AbortError | asyncio.CancelledError):
        raise error
    if not isinstance(error, ContuiError):
        log.error("%s failed", method, exc_info=error)
        error = _for_a_person(error, method.rpartition("/")[2])
    await context.abort(error.code, error.message, metadata(error))


def _for_a_person(error: Exception, method: str) -> ContuiError:
    """What no handler expected: a full disk, which is nobody's mistake, or a defect."""
    if _full(error):
        return Internal(
            f"{method} failed: no space is left on the disk of the state directory",
            "free some and try again; contui system df says what takes it",
            "disk-full",
        )
    return Internal(
        f"the backend failed at {method}: {error}", "its log has more; this is a defect of contui"
    )


def _full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return is_full(error)
