"""Colours: a calm dark theme, a light one, one of high contrast, and the terminal's own."""

from __future__ import annotations

from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

_DARK = Theme(
    name="contui",
    primary="#7cb7ff",
    secondary="#8b96a8",
    accent="#7cb7ff",
    success="#7fc77f",
    warning="#e0b458",
    error="#ef7b72",
    foreground="#d3d8e1",
    background="#13151a",
    surface="#181b21",
    panel="#222731",
    dark=True,
    variables={
        "muted": "#949dad",
        "line": "#333a47",
        "line-focus": "#7cb7ff",
        "select": "#26303f",
        "select-dim": "#1e242d",
        "alarm": "#5f0000",
        "bar": "#1c2028",
        "scrollbar": "#333a47",
        "scrollbar-hover": "#4a5466",
        "scrollbar-active": "#7cb7ff",
        "scrollbar-background": "#13151a",
        "scrollbar-background-hover": "#13151a",
        "scrollbar-background-active": "#13151a",
    },
)

_LIGHT = Theme(
    name="contui-light",
    primary="#1f5fb8",
    secondary="#5b6575",
    accent="#1f5fb8",
    success="#1d5f20",
    warning="#6b4700",
    error="#a8201a",
    foreground="#23272e",
    background="#fbfbf9",
    surface="#f3f3f0",
    panel="#e6e7e4",
    dark=False,
    variables={
        "muted": "#565d6b",
        "line": "#c9ccd1",
        "line-focus": "#1f5fb8",
        "select": "#d6e4f7",
        "select-dim": "#e6eaf0",
        "alarm": "#f3e3c2",
        "bar": "#ececea",
        "scrollbar": "#c9ccd1",
        "scrollbar-background": "#fbfbf9",
    },
)

_CONTRAST = Theme(
    name="contui-contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#00ffff",
    success="#00ff00",
    warning="#ffff00",
    error="#ff8787",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#202020",
    dark=True,
    text_alpha=1.0,
    variables={
        "muted": "#d0d0d0",
        "line": "#b0b0b0",
        "line-focus": "#ffff00",
        "select": "#0000a0",
        "select-dim": "#303030",
        "alarm": "#5f0000",
        "bar": "#000000",
        "scrollbar": "#b0b0b0",
        "scrollbar-background": "#000000",
    },
)

_TERMINAL = Theme(
    name="contui-terminal",
    primary="ansi_bright_blue",
    secondary="ansi_bright_black",
    accent="ansi_bright_blue",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "muted": "ansi_bright_black",
        "line": "ansi_bright_black",
        "line-focus": "ansi_bright_blue",
        "select": "ansi_blue",
        "select-dim": "ansi_bright_black",
        "alarm": "ansi_default",
        "bar": "ansi_default",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
    },
)

TERMINAL = _TERMINAL.name
THEMES = (_DARK, _LIGHT, _CONTRAST, _TERMINAL)
NAMES = tuple(theme.name for theme in THEMES)
DEFAULT = _DARK.name

# What a theme that is not ours lacks: Textual's own themes work too.
FALLBACK = {
    "muted": "#949dad",
    "line": "#444b58",
    "line-focus": "#7cb7ff",
    "select": "#2d3a4d",
    "select-dim": "#262b33",
    "alarm": "#5f0000",
    "bar": "#1c2028",
}

# What the sixteen colours of a program in a pane look like: xterm's hues, each legible on the
# pane's background, bright black (which htop and others write small print in) included.
ANSI_DARK = TerminalTheme(
    (19, 21, 26),
    (211, 216, 225),
    [
        (54, 60, 72), (224, 108, 102), (127, 199, 127), (224, 180, 88),
        (97, 160, 240), (200, 130, 220), (86, 190, 200), (205, 210, 219),
    ],
    [
        (118, 127, 143), (239, 123, 114), (150, 220, 140), (240, 205, 120),
        (124, 183, 255), (218, 155, 236), (115, 212, 220), (242, 244, 248),
    ],
)  # fmt: skip

ANSI_LIGHT = TerminalTheme(
    (251, 251, 249),
    (35, 39, 46),
    [
        (35, 39, 46), (179, 38, 30), (47, 122, 47), (143, 98, 0),
        (31, 95, 184), (134, 56, 160), (14, 116, 128), (150, 156, 166),
    ],
    [
        (106, 113, 128), (200, 60, 50), (60, 145, 60), (165, 115, 0),
        (50, 120, 215), (155, 75, 185), (25, 140, 152), (190, 195, 203),
    ],
)  # fmt: skip

# The same as backgrounds, where those would be too light for the text that is written on them:
# red, blue and magenta carry light text, all others black.
GROUNDS_DARK = {1: (168, 52, 47), 4: (44, 92, 160), 5: (134, 68, 154)}
GROUNDS_LIGHT = {1: (120, 18, 14), 4: (18, 58, 128), 5: (88, 28, 108)}
