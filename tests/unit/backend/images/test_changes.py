"""--change instructions."""

from __future__ import annotations

from typing import Any

import pytest

from contui.backend.errors import InvalidArgument
from contui.backend.images.changes import apply_changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (['CMD ["a", "b"]'], {"Cmd": ["a", "b"]}),
        (["cmd echo $HOME"], {"Cmd": ["/bin/sh", "-c", "echo $HOME"]}),
        (["CMD [broken"], {"Cmd": ["/bin/sh", "-c", "[broken"]}),
        (['ENTRYPOINT ["/e"]'], {"Entrypoint": ["/e"]}),
        (['ENV A=1 B="x y"', "ENV A=2"], {"Env": ["A=2", "B=x y"]}),
        (["ENV PATH /bin:/sbin"], {"Env": ["PATH=/bin:/sbin"]}),
        (["LABEL a=b c='d e'"], {"Labels": {"a": "b", "c": "d e"}}),
        (["EXPOSE 80 53/udp"], {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}}),
        (["VOLUME /a /b"], {"Volumes": {"/a": {}, "/b": {}}}),
        (['VOLUME ["/a b"]'], {"Volumes": {"/a b": {}}}),
        (["WORKDIR /a", "WORKDIR b"], {"WorkingDir": "/a/b"}),
        (["USER 1:2", "STOPSIGNAL INT"], {"User": "1:2", "StopSignal": "INT"}),
    ],
)
def test_instructions(changes: list[str], expected: dict[str, Any]) -> None:
    assert apply_changes(changes) == expected


@pytest.mark.parametrize(
    "change",
    ["", "CMD", "RUN x", "ENV A=1 B", 'ENV A="', "EXPOSE 0", "EXPOSE x", "EXPOSE 70000",
     "VOLUME rel", "VOLUME [1]", "VOLUME [", "LABEL =x"],
)  # fmt: skip
def test_what_is_refused(change: str) -> None:
    with pytest.raises(InvalidArgument, match="not understood"):
        apply_changes([change])
