"""The signal module without its enums, whose creation and use cost every shim memory.

`_signal` is what `signal` is built on: the same names, and numbers where that has enums.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal

__all__ = ["signal"]
