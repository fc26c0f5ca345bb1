"""Help texts, made from the declarations of verbs and flags."""

from __future__ import annotations

from contui.tui.cli import verbs
from contui.tui.cli.flags import LIST, Flag, Verb

_WIDTH = 80
_EXPLAINED = 4  # verbs of a group that have a line each in the overview; more would not fit
_ROW = 6  # verbs in one line of the others


def overview() -> str:
    """`contui --help`: every verb, grouped, on one screen."""
    lines = [
        "contui: containers to live in. Alone it opens the terminal user interface.",
        "",
        "  contui [--host ADDRESS] VERB …          contui VERB --help",
        "  contui run -it host bash                a shell in a container",
        "  contui --plain                          in plain text, for screen readers",
    ]
    lines.append("")
    for title, group in verbs.GROUPS:
        names = [name for name, _, _ in group]
        if len(names) > _EXPLAINED:
            for at in range(0, len(names), _ROW):
                head = f"{title}:" if at == 0 else ""
                row = "".join(f"{name:<11}" for name in names[at : at + _ROW])
                lines.append(f"{head:12}{row}".rstrip())
            continue
        for number, (name, _, summary) in enumerate(group):
            head = f"{title}:" if number == 0 else ""
            lines.append(f"{head:12}{name:<11}{summary}")
    return "\n".join(lines) + "\n"


def of_verb(name: str, verb: Verb) -> str:
    """`contui VERB --help`."""
    words = ["contui", name]
    if verb.flags:
        words.append("[FLAGS]")
    if verb.arguments:
        words.append(verb.arguments)
    lines = [" ".join(words), "", f"{verbs.summary_of(name)}."]
    if name in verbs.PAIRS:
        _, seconds = verbs.PAIRS[name]
        lines += ["", *(f"  {f'{name} {word}':<18}{summary}" for word, summary in seconds)]
    if verb.flags:
        lines.append("")
        heads = [_head(flag) for flag in verb.flags]
        width = min(max(map(len, heads)), 30)
        for head, flag in zip(heads, verb.flags, strict=True):
            lines += _wrapped(head, flag.help, width + 4)
    return "\n".join(lines) + "\n"


def _head(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    value = f" {flag.value}" if flag.value else ""
    return f"  {short}--{flag.name}{value}{' …' if flag.kind == LIST else ''}"


def _wrapped(head: str, text: str, indent: int) -> list[str]:
    lines: list[str] = []
    line = f"{head:<{indent}}"
    if len(head) >= indent:
        lines.append(head)
        line = " " * indent
    for word in text.split():
        if len(line) + len(word) > _WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * indent
        line += f"{word} "
    lines.append(line.rstrip())
    return lines
