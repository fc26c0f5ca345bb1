"""Go templates, as much of them as `--format` is used for. Pure.

Text and actions: `{{.Key}}`, `{{.A.B}}`, `{{index .Map "key"}}`, `{{json .}}`, pipes, `if`, `else`,
`range`, `with`, `end`, and the functions join, split, upper, lower, title, len, index, printf,
println, print, truncate, eq, ne, lt, le, gt, ge, not, and, or, slice. `{{- ` and ` -}}` trim. The
language is that of https://pkg.go.dev/text/template.
"""

from __future__ import annotations

from contui.tui.client import jsonlite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Node = tuple[str, Any, list["Node"], list["Node"]]  # (kind, argument, body, else)


class TemplateError(ValueError):
    """The template cannot be used; the sentence says where."""


def render(template: str, data: Any) -> str:
    """The text for the data, a tree of dicts, lists and scalars. Raises TemplateError."""
    return Template(template)(data)


class Template:
    """A template that is used for several things."""

    def __init__(self, text: str) -> None:
        tokens = _tokens(text)
        self._nodes, rest = _parse(tokens, 0, ())
        if rest < len(tokens):
            raise TemplateError(f"template: unexpected {{{{{tokens[rest][1]}}}}}")

    def __call__(self, data: Any) -> str:
        out: list[str] = []
        _run(self._nodes, data, {"$": data}, out)
        return "".join(out)


def _tokens(text: str) -> list[tuple[bool, str]]:
    """(is an action?, text) of each piece."""
    out: list[tuple[bool, str]] = []
    trim = False
    while text:
        before, opened, text = text.partition("{{")
        if trim:
            before = before.lstrip()
        trim = False
        if opened and text.startswith("- "):
            before, text = before.rstrip(), text[2:]
        out.append((False, _unescape(before)))
        if not opened:
            break
        action, closed, text = _until_close(text)
        if not closed:
            raise TemplateError("template: an action is not closed by }}")
        if action.endswith(" -"):
            action, trim = action[:-2], True
        if not action.strip().startswith("/*"):
            out.append((True, action.strip()))
    return out


def _until_close(text: str) -> tuple[str, bool, str]:
    """Up to the `}}` that is in no string."""
    quote = ""
    at = 0
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\" and quote == '"':
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "\"`'":
            quote = letter
        elif text.startswith("}}", at):
            return text[:at], True, text[at + 2 :]
        at += 1
    return text, False, ""


def _unescape(text: str) -> str:
    """`\\t` and `\\n` as people type them in a shell, which Docker takes too."""
    return text.replace("\\t", "\t").replace("\\n", "\n")


def _parse(
    tokens: list[tuple[bool, str]], at: int, ends: tuple[str, ...]
) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    while at < len(tokens):
        action, text = tokens[at]
        word, _, rest = text.partition(" ") if action else ("", "", text)
        if action and word in ends:
            return nodes, at
        at += 1
        if not action:
            nodes.append(("text", text, [], []))
        elif word in ("if", "range", "with"):
            node, at = _block(word, rest, tokens, at)
            nodes.append(node)
        elif word in ("end", "else"):
            return nodes, at - 1
        else:
            nodes.append(("show", _words(text), [], []))
    if ends:
        raise TemplateError("template: {{end}} is missing")
    return nodes, at


def _block(word: str, rest: str, tokens: list[tuple[bool, str]], at: int) -> tuple[Node, int]:
    body, at = _parse(tokens, at, ("else", "end"))
    other: list[Node] = []
    text = tokens[at][1]
    if text.startswith("else"):
        nested = text[4:].strip()
        if nested.startswith("if "):
            node, at = _block("if", nested[3:], tokens, at + 1)
            return (word, _words(rest), body, [node]), at
        other, at = _parse(tokens, at + 1, ("end",))
    return (word, _words(rest), body, other), at + 1


def _words(text: str) -> list[Any]:
    """Words of a pipeline: strings as ("str", …), brackets as nested lists, all else as text."""
    stack: list[list[Any]] = [[]]
    at = 0
    while at < len(text):
        letter = text[at]
        if letter.isspace():
            at += 1
        elif letter == "(":
            stack.append([])
            at += 1
        elif letter == ")":
            if len(stack) == 1:
                raise TemplateError(f"template: unexpected ) in {{{{{text}}}}}")
            inner = stack.pop()
            stack[-1].append(inner)
            at += 1
        elif letter == "|":
            stack[-1].append("|")
            at += 1
        elif letter in '"`':
            word, at = _string(text, at)
            stack[-1].append(("str", word))
        else:
            end = at
            while end < len(text) and not text[end].isspace() and text[end] not in '()|"`':
                end += 1
            stack[-1].append(text[at:end])
            at = end
    if len(stack) > 1:
        raise TemplateError(f"template: a bracket is open in {{{{{text}}}}}")
    return stack[0]


def _string(text: str, at: int) -> tuple[str, int]:
    quote = text[at]
    end = at + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" and quote == '"' else 1
    if end >= len(text):
        raise TemplateError(f"template: a string is not closed in {{{{{text}}}}}")
    body = text[at + 1 : end]
    if quote == '"':
        try:
            body = str(jsonlite.loads(f'"{body}"'))
        except ValueError:
            raise TemplateError(f'template: "{body}" has an unknown escape') from None
    return body, end + 1


def _run(nodes: list[Node], dot: Any, names: dict[str, Any], out: list[str]) -> None:
    for kind, argument, body, other in nodes:
        if kind == "text":
            out.append(argument)
        elif kind == "show":
            out.append(_text(_pipeline(argument, dot, names)))
        else:
            value = _pipeline(argument, dot, names)
            if not value:
                _run(other, dot, names, out)
            elif kind == "range":
                for item in value.values() if isinstance(value, dict) else value:
                    _run(body, item, names, out)
            else:
                _run(body, value if kind == "with" else dot, names, out)


def _pipeline(words: list[Any], dot: Any, names: dict[str, Any]) -> Any:
    value: Any = None
    piped = False
    while True:
        cut = words.index("|") if "|" in words else len(words)
        value = _command(words[:cut], dot, names, [value] if piped else [])
        if cut == len(words):
            return value
        words, piped = words[cut + 1 :], True


def _command(words: list[Any], dot: Any, names: dict[str, Any], last: list[Any]) -> Any:
    if not words:
        raise TemplateError("template: an action is empty")
    head = words[0]
    if isinstance(head, str) and head in _FUNCTIONS:
        arguments = [_operand(word, dot, names) for word in words[1:]] + last
        try:
            return _FUNCTIONS[head](*arguments)
        except TemplateError:
            raise
        except Exception as error:
            raise TemplateError(f"template: {head}: {error}") from None
    if isinstance(head, str) and head.startswith(".") and len(words) > 1:
        found = _operand(head, dot, names)  # a method with arguments: {{.Label "x"}}
        return (
            found(*(_operand(word, dot, names) for word in words[1:])) if callable(found) else found
        )
    if len(words) > 1 or last:
        raise TemplateError(f'template: "{head}" is no function')
    return _operand(head, dot, names)


def _operand(word: Any, dot: Any, names: dict[str, Any]) -> Any:
    if isinstance(word, tuple):
        return word[1]
    if isinstance(word, list):
        return _pipeline(word, dot, names)
    if word == ".":
        return dot
    if word.startswith("."):
        return _field(dot, word[1:])
    if word.startswith("$"):
        name, _, rest = word.partition(".")
        if name not in names:
            raise TemplateError(f"template: undefined variable {name}")
        return _field(names[name], rest) if rest else names[name]
    if word in ("true", "false", "nil"):
        return {"true": True, "false": False, "nil": None}[word]
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        raise TemplateError(f'template: "{word}" is no function') from None


def _field(value: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(value, dict):
            raise TemplateError(f"template: there is no field {key} in {_text(value)[:40]}")
        if key not in value:
            if value.get("") is _STRICT:
                known = " ".join(sorted(str(name) for name in value if name))
                raise TemplateError(f"template: no field {key}; there are: {known}")
            return None
        value = value[key]
    return value


_STRICT = object()


def strict(values: dict[str, Any]) -> dict[str, Any]:
    """Mark a dict whose keys are all there are: asking for another is an error."""
    return {**values, "": _STRICT}


def _text(value: Any) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_text(item)}' for key, item in _items(value))}]"
    return str(value)


def _items(value: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted((key, item) for key, item in value.items() if key and not callable(item))


def _json(value: Any) -> str:
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key and not callable(item)}
    return jsonlite.dumps(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key, "") if isinstance(value, dict) else value[int(key)]
    return value


def _printf(form: str, *arguments: Any) -> str:
    return form.replace("%v", "%s").replace("%q", '"%s"') % tuple(
        a if isinstance(a, int | float) and not isinstance(a, bool) else _text(a) for a in arguments
    )


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "json": _json,
    "join": lambda parts, by: by.join(map(_text, parts)),
    "split": lambda text, by: str(text).split(by),
    "upper": lambda text: _text(text).upper(),
    "lower": lambda text: _text(text).lower(),
    "title": lambda text: _text(text).title(),
    "truncate": lambda text, count: _text(text)[: int(count)],
    "len": len,
    "index": _index,
    "slice": lambda value, start=0, stop=None: value[int(start) : stop],
    "printf": _printf,
    "print": lambda *parts: "".join(map(_text, parts)),
    "println": lambda *parts: " ".join(map(_text, parts)) + "\n",
    "eq": lambda one, *others: any(one == other for other in others),
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "not": lambda value: not value,
    "and": lambda *values: next((value for value in values if not value), values[-1]),
    "or": lambda *values: next((value for value in values if value), values[-1]),
}
