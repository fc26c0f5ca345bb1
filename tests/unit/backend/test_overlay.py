"""Option strings of overlayfs."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend import overlay


def test_commas_and_backslashes_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(overlay, "mount", lambda *arguments: calls.append(arguments[4]))
    overlay.mount_overlay([Path("/low"), Path("/high,er")], Path("/u\\p"), Path("/w"), Path("/t"))
    assert calls == ["lowerdir=/high\\,er:/low,upperdir=/u\\\\p,workdir=/w"]


@pytest.mark.parametrize("layers", [[Path("/a:b")], [Path(f"/layer{n:0100}") for n in range(50)]])
def test_what_does_not_fit_goes_piecewise(
    monkeypatch: pytest.MonkeyPatch, layers: list[Path]
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(overlay, "_mount_piecewise", lambda lowers, *rest: calls.append(lowers))
    overlay.mount_overlay(layers, Path("/u"), Path("/w"), Path("/t"))
    assert calls == [[str(layer) for layer in reversed(layers)]]
