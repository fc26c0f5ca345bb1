"""Three containers to look at on a fresh machine; all from `host`, so nothing is downloaded."""

from __future__ import annotations

from contui.tui.view_models.forms import NewContainer

TICK = 'i=0; while :; do i=$((i+1)); echo "tick $i at $(date +%T)"; sleep 1; done'

DEMO = (
    NewContainer("host", "demo-top", ("top",)),
    NewContainer("host", "demo-ticker", ("sh", "-c", TICK), tty=False, interactive=False),
    NewContainer("host", "demo-shell", ("bash",)),
)
