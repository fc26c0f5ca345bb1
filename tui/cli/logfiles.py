"""`logs` from the log's own files, which the backend hands to local clients.

At the other end: `contui.backend.services.logs` grants descriptors for a ticket; the format is
`contui.shim.logformat`. Whatever cannot be read here is left to the backend's own reader.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.cli.logs import Writer
    from contui.tui.client import messages


def show(request: messages.ReadLogsRequest, writer: Writer) -> bool:
    """Show the log; False when it must be asked of the backend."""
    return False
