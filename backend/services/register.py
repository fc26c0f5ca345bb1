"""Makes the gRPC server with all services. Called by `contui.backend.daemon`."""

from __future__ import annotations

import grpc

from contui.backend.parts import Parts
from contui.backend.services.containers import ContainerService
from contui.backend.services.events import EventService
from contui.backend.services.guard import Guard
from contui.backend.services.images import ImageService
from contui.backend.services.logs import LogService
from contui.backend.services.networks import NetworkService
from contui.backend.services.processes import ProcessService
from contui.backend.services.sessions import SessionService
from contui.backend.services.stats import StatsService
from contui.backend.services.system import SystemService
from contui.backend.services.volumes import VolumeService
from contui.proto.v1.containers_pb2_grpc import add_ContainerServiceServicer_to_server
from contui.proto.v1.events_pb2_grpc import add_EventServiceServicer_to_server
from contui.proto.v1.images_pb2_grpc import add_ImageServiceServicer_to_server
from contui.proto.v1.logs_pb2_grpc import add_LogServiceServicer_to_server
from contui.proto.v1.networks_pb2_grpc import add_NetworkServiceServicer_to_server
from contui.proto.v1.processes_pb2_grpc import add_ProcessServiceServicer_to_server
from contui.proto.v1.sessions_pb2_grpc import add_SessionServiceServicer_to_server
from contui.proto.v1.stats_pb2_grpc import add_StatsServiceServicer_to_server
from contui.proto.v1.system_pb2_grpc import add_SystemServiceServicer_to_server
from contui.proto.v1.volumes_pb2_grpc import add_VolumeServiceServicer_to_server


def register(parts: Parts, max_message: int) -> grpc.aio.Server:
    """A server that is not started yet. `max_message`: bytes of one message."""
    server = grpc.aio.server(
        interceptors=[Guard()],
        options=[
            ("grpc.max_send_message_length", max_message),
            ("grpc.max_receive_message_length", max_message),
            ("grpc.so_reuseport", 0),
        ],
    )
    sessions = SessionService(parts.engine, parts.sessions, parts.tickets)
    add_SessionServiceServicer_to_server(sessions, server)
    add_ContainerServiceServicer_to_server(
        ContainerService(parts.engine, parts.manager, sessions, parts.runtime), server
    )
    add_EventServiceServicer_to_server(EventService(parts.bus, parts.manager), server)
    add_ImageServiceServicer_to_server(ImageService(parts.images, parts.manager, parts.bus), server)
    add_LogServiceServicer_to_server(LogService(parts.manager, parts.tickets), server)
    add_ProcessServiceServicer_to_server(ProcessService(parts), server)
    add_StatsServiceServicer_to_server(StatsService(parts.manager, parts.sampler), server)
    add_SystemServiceServicer_to_server(SystemService(parts), server)
    add_NetworkServiceServicer_to_server(NetworkService(parts.network, parts.manager), server)
    add_VolumeServiceServicer_to_server(
        VolumeService(parts.volumes, parts.manager, parts.bus), server
    )
    return server
