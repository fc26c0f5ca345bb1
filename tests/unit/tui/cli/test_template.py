"""The Go templates of `--format`."""

from __future__ import annotations

import pytest

from contui.tui.cli.template import TemplateError, render, strict

DATA = {
    "ID": "abc",
    "Names": "web",
    "Running": True,
    "Count": 3,
    "State": {"Status": "running", "Pid": 7},
    "Labels": {"b": "2", "a": "1"},
    "Args": ["sh", "-c"],
    "Mounts": [{"Source": "/x"}, {"Source": "/y"}],
    "Empty": [],
    "Nothing": None,
    "Label": lambda key: {"a": "1"}.get(key, ""),
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("{{.ID}}", "abc"),
        ("{{ .ID }}\\t{{.Names}}", "abc\tweb"),
        ("{{.State.Status}}/{{.State.Pid}}", "running/7"),
        ("{{json .State}}", '{"Status":"running","Pid":7}'),
        ("{{json .ID}}", '"abc"'),
        ("{{.Running}} {{.Count}} {{.Nothing}}", "true 3 <no value>"),
        ("{{.Args}} {{.Labels}}", "[sh -c] map[a:1 b:2]"),
        ('{{index .Labels "b"}}{{index .Args 0}}', "2sh"),
        ('{{.Label "a"}}', "1"),
        ('{{join .Args ","}}', "sh,-c"),
        ("{{.Names | upper | printf `<%s>`}}", "<WEB>"),
        ('{{printf "%d-%s" .Count .ID}}', "3-abc"),
        ("{{range .Mounts}}{{.Source}};{{end}}", "/x;/y;"),
        ("{{range .Empty}}x{{else}}none{{end}}", "none"),
        ("{{if .Running}}up{{else}}down{{end}}", "up"),
        ("{{if not .Running}}a{{else if eq .Count 3}}b{{else}}c{{end}}", "b"),
        ("{{with .State}}{{.Pid}} {{$.ID}}{{end}}", "7 abc"),
        ("{{if and .Running (gt .Count 2)}}yes{{end}}", "yes"),
        ("a {{- .ID -}} b", "aabcb"),
        ("{{/* nothing */}}x", "x"),
        ('{{"}}"}}', "}}"),
        ("{{len .Args}}", "2"),
        ('{{or .Nothing "default"}}', "default"),
        ("{{println .ID}}", "abc\n"),
        ("{{title .Names}}{{truncate .ID 2}}", "Webab"),
        ('{{index (split "a:b" ":") 1}}', "b"),
    ],
)
def test_templates(template: str, text: str) -> None:
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{.ID",
        "{{end}}",
        "{{if .ID}}",
        "{{nosuch .ID}}",
        "{{.ID.Deeper}}",
        "{{}}",
        '{{"open}}',
        "{{(.ID}}",
        "{{.ID)}}",
        "{{index .Args 9}}",
        "{{$x}}",
        '{{"\\q"}}',
    ],
)
def test_what_is_wrong_is_said(template: str) -> None:
    with pytest.raises(TemplateError, match="template: "):
        render(template, DATA)


def test_rows_know_their_fields() -> None:
    with pytest.raises(TemplateError, match="no field Name; there are: ID Names"):
        render("{{.Name}}", strict({"ID": "x", "Names": "y"}))
    assert render("{{json .}}", strict({"ID": "x"})) == '{"ID":"x"}'
