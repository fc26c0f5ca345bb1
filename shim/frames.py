"""The wire between the shim and everything that talks to it: framing and vocabulary, no I/O.

At the other end: `contui.backend.shims.client` (control connections), `contui.backend.relay`
(viewers, for gRPC streams) and `contui.tui.client.direct` (viewers, for local clients). Stdlib
only, and nothing slow to import: the command line loads it at every start.

Every message is one frame: a header of 8 bytes, little endian,

    u32 length of the payload | u8 type | u8 stream | u16 reserved (0)

then the payload. Output, input and gap frames are binary, all others JSON (UTF-8). The first frame
of either side is HELLO with the version it speaks; both then use the lower one. A frame of unknown
type is skipped by its length, and unknown JSON keys are ignored: that is how a new backend talks to
an old running shim.

A connection is one of two kinds, said in HELLO:

- `control`: the backend's. REQUEST {id, op, ...} is answered by RESPONSE {id, ok, error?, ...};
  EVENT frames come unasked. `CONTROL_OPS` lists the operations.
- `viewer`: one viewer of one session. ATTACH is answered by ATTACHED or FAILED; then OUTPUT, GAP,
  RESTORED, RESIZED, LIVE, VIEWERS and NOTICE come down and INPUT, EOF, RESIZE, SIGNAL, ACCESS and
  DETACH go up. EXIT is the last frame, after the last byte of output.

Tickets: a local client connects to the backend's ticket socket and sends TICKET; the answer is
GRANT, whose ancillary data holds descriptors: for a session one connected viewer socket on which
ATTACHED is the next frame; for logs the log's files (and, following, a viewer socket, last).
"""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False  # of `typing`, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 1

HELLO = 1  # {"version", "kind": "control"|"viewer"} up; {"version", "shim_pid", "id"} down
REQUEST = 2
RESPONSE = 3
EVENT = 4  # {"event": ...}: "started" {"pid"}; "exited" {"exit", "offsets"}; "exec_started"
#            {"session", "pid", "purpose"}; "exec_exited" {"session", "exit", "purpose"};
#            "viewers" {"session", "viewers"}; "log" {"driver", "end", "dropped"}: the disk is full,
#            or has room again

ATTACH = 16  # see `Attach keys` below
ATTACHED = 17  # {"session": {...}, "viewer", "access", "start": [out, err], "end": [out, err],
#                "prologue": base64, "size": [cols, rows]}; prologue and size are of the terminal at
#                "start": a fresh one of that size shows what was shown there when fed the prologue;
#                0 x 0 is unknown. Shims before RESIZED was spoken send no size.
FAILED = 18  # {"kind", "message", "hint"}
OUTPUT = 19  # stream in the header; payload: u64 offset, then the bytes
GAP = 20  # stream in the header; payload: u64 offset, u64 count
LIVE = 21  # everything kept has been sent
VIEWERS = 22  # {"viewers": [{"id", "name", "access", "cols", "rows", "sizes", "since", "behind"}]}
EXIT = 23  # {"code", "signal", "oom", "at", "error", "output_cut"}
NOTICE = 24  # {"message"}
RESIZED = 25  # {"offset", "cols", "rows"}: the terminal's size from that byte of stdout on; comes
#               between the output before and behind it, replayed or live
RESTORED = 26  # {"offset", "cols", "rows", "prologue": base64}: behind the GAP of a terminal, whose
#                state before the gap is worth nothing now: a fresh one of that size and the
#                prologue show what was shown at the byte that comes next

INPUT = 32  # payload: the bytes
EOF = 33  # half-close: the client's stdin ended
RESIZE = 34  # {"cols", "rows"}
SIGNAL = 35  # {"signal": number}
ACCESS = 36  # {"access": "rw"|"ro"|"exclusive"}
DETACH = 37  # leave, and let the session live

TICKET = 48  # {"ticket"}
GRANT = 49  # {"kind": "session"|"logs", ...}; descriptors beside it

STDOUT = 1
STDERR = 2

# Attach keys of ATTACH: session (id), access, replay ("screen"|"none"|"from"), from ([out, err]),
# cols, rows, name, stdin (bool), close_stdin, owner (this viewer made the exec: without keep, it
# takes the exec with it), keep, lossless, grace_ms (how long an owner that went may come back).

CONTROL_OPS = (
    "state",  # -> {"state", "pid", "sessions": [...], "exit", "log": {...}}: for reconcile
    "start",  # {"cols", "rows"}?; answers when it runs or failed: {"pid"} or {error, code, kind}
    "exec",  # {"session", "process": OCI process object, "tty", "stdin", "cols", "rows", "keep",
    #          "log", "argv", "user", "workdir", "purpose", "replay_bytes", "await_owner_ms": hang
    #          it up when no owner came by then}: answers at once; its end comes as exec_exited
    "signal",  # {"session", "signal"}; "session": "main" is the container's PID 1
    "resize",  # {"session", "cols", "rows"}
    "pause",
    "resume",
    "sessions",  # -> {"sessions": [...]}
    "collect",  # {"session"}: forget an ended exec; "main": the exit is known, leave when drained;
    #             answers when the runtime has forgotten the container
    "quit",  # leave now; refused while the container runs
)

MAX_PAYLOAD = 4 << 20  # bytes; a longer frame ends the connection
CHUNK = 64 << 10  # bytes of output that one frame carries at the most

HEADER = Struct("<IBBH")
OFFSET = Struct("<Q")
RANGE = Struct("<QQ")
OUTPUT_HEADER = Struct("<IBBHQ")  # HEADER and OFFSET


class FrameError(Exception):
    """The peer broke the protocol; the connection cannot go on."""


def encode(kind: int, payload: bytes = b"", stream: int = 0) -> bytes:
    """One frame as bytes."""
    return HEADER.pack(len(payload), kind, stream, 0) + payload


def output_header(length: int, stream: int, offset: int) -> bytes:
    """Header and offset of an OUTPUT frame whose `length` bytes of data are sent behind it."""
    return OUTPUT_HEADER.pack(OFFSET.size + length, OUTPUT, stream, 0, offset)


class Decoder:
    """Cuts a byte stream into frames, whatever its chunking."""

    def __init__(self, limit: int = MAX_PAYLOAD) -> None:
        self._limit = limit
        self._held = bytearray()

    def feed(self, data: bytes | memoryview) -> Iterator[tuple[int, int, bytes]]:
        """Take bytes; yield (type, stream, payload) of every frame that is now whole.

        Raises FrameError when a frame is longer than the limit. The iterator must be run to its
        end before the next call.
        """
        held = self._held
        held += data
        start, size = 0, HEADER.size
        try:
            while len(held) - start >= size:
                length, kind, stream, _ = HEADER.unpack_from(held, start)
                if length > self._limit:
                    raise FrameError(f"a frame of {length} bytes is over the limit")
                end = start + size + length
                if len(held) < end:
                    break
                payload = bytes(memoryview(held)[start + size : end])
                start = end
                yield kind, stream, payload
        finally:
            del held[:start]

    @property
    def pending(self) -> int:
        """Bytes held of a frame that is not whole yet."""
        return len(self._held)
