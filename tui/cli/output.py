"""What the command line prints: text made harmless, errors, tables, sizes and times."""

from __future__ import annotations

from contui.tui.cli.streams import write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def show(text: str) -> None:
    """Write to stdout, at once. Raises BrokenPipeError."""
    write_all(1, [text.encode("utf-8", "backslashreplace")])


def complain(message: str, hint: str = "") -> None:
    """An error for a person: what is wrong and, below, what to do."""
    text = f"contui: {harmless(message)}\n"
    if hint:
        text += f"  {harmless(hint)}\n"
    note(text)


def note(text: str) -> None:
    """Write to stderr; nobody listening is no error."""
    try:
        write_all(2, [text.encode("utf-8", "backslashreplace")])
    except OSError:
        return


def harmless(text: str) -> str:
    """Text without what could steer a terminal: control characters and bidi marks are spelled out.

    For everything whose words may come from a container.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _spelled(c) for c in text)


def _spelled(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 3) -> str:
    """Columns as wide as their widest cell; cells are made harmless."""
    lines = [list(heads), *([harmless(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(heads))]
    out = []
    for line in lines:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ]
        out.append((" " * gap).join(cells).rstrip())
    return "\n".join(out) + "\n"


def _width(text: str) -> int:
    """Columns on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in ("W", "F") else 1 for c in text)


def size(count: int) -> str:
    """Bytes for people, in powers of 1000 as Docker shows sizes: "1.5GB"."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    return f"{value:.3g}{unit}" if value < 1000 else f"{value:.0f}{unit}"


def binary_size(count: int) -> str:
    """Bytes of memory, in powers of 1024 as Docker shows them: "1.504MiB"."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1023.95 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.4g}{unit}"


def cut(text: str, width: int) -> str:
    """The start of a text, as much as fits so many columns of a terminal."""
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[:-1]
    return f"{text}…" if width > 0 else ""


def span(seconds: float) -> str:
    """A length of time as Docker words it: "3 minutes", "About an hour"."""
    if seconds < 1:
        return "Less than a second"
    if seconds < 2:
        return "1 second"
    if seconds < 60:
        return f"{int(seconds)} seconds"
    minutes = int(seconds / 60)
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    for limit, length, word in (
        (48, 1, "hours"), (24 * 14, 24, "days"), (24 * 60, 24 * 7, "weeks"),
        (24 * 365 * 2, 24 * 30, "months"),
    ):  # fmt: skip
        if hours < limit:
            return f"{hours // length} {word}"
    return f"{int(hours / 24 / 365)} years"


def ago(unix_nanos: int) -> str:
    """How long ago, "N/A" for never."""
    import time

    if not unix_nanos:
        return "N/A"
    return f"{span(max(0.0, time.time() - unix_nanos / 1e9))} ago"


def clock(unix_nanos: int) -> str:
    """Local time as Docker prints it: "2026-01-02 15:04:05 +0000 UTC"."""
    import time

    if not unix_nanos:
        return "N/A"
    return time.strftime("%Y-%m-%d %H:%M:%S %z %Z", time.localtime(unix_nanos // 10**9))


def rfc3339(unix_nanos: int) -> str:
    """UTC with nanoseconds: "2026-01-02T15:04:05.000000000Z"."""
    import time

    seconds, rest = divmod(unix_nanos, 10**9)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest:09d}Z"


def short(identity: str) -> str:
    """The first twelve digits of an id."""
    return identity.removeprefix("sha256:")[:12]
