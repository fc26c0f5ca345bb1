"""Which sequence is which event of the screen: tables, on top of pyte's.

Keys are what is left of a sequence without its introducer and numbers: ``?h``, ``>c``,
``$p``. Values name the screen's method and the most parameters it takes; surplus ones are
dropped, as terminals do.
"""

from __future__ import annotations

import pyte
from pyte import control as ctrl
from pyte import escape as esc

from contui.tui.terminal.rows import DOUBLE_WIDTH, LOWER_HALF, NORMAL, UPPER_HALF

MANY = 64

#: C0 controls. Those missing here do nothing.
BASIC: dict[str, str] = dict(pyte.Stream.basic)

#: pyte's CSI events that mean here what they mean there, and take one parameter.
_SHARED = {
    final: (event, 1)
    for final, event in pyte.Stream.csi.items()
    if final != esc.HPA  # pyte has the wrong character for it
}

CSI: dict[str, tuple[str, int]] = {
    **_SHARED,
    esc.CUP: ("cursor_position", 2),
    esc.HVP: ("cursor_position", 2),
    esc.DECSTBM: ("set_margins", 2),
    esc.SM: ("set_mode", MANY),
    esc.RM: ("reset_mode", MANY),
    esc.HPR: ("column_relative", 1),
    esc.VPR: ("line_relative", 1),
    "`": ("cursor_to_column", 1),
    "j": ("cursor_back", 1),
    "I": ("forward_tabs", 1),
    "Z": ("back_tabs", 1),
    "?W": ("default_tabs", 1),
    "S": ("scroll_up", 1),
    "T": ("scroll_down_or_track", 5),
    "^": ("scroll_down", 1),
    " @": ("scroll_left", 1),
    " A": ("scroll_right", 1),
    "b": ("repeat", 1),
    "s": ("save_or_margins", 2),
    "u": ("restore_cursor", 0),
    "t": ("window_operation", 8),
    "x": ("report_parameters", 1),
    "?J": ("selective_erase_in_display", 1),
    "?K": ("selective_erase_in_line", 1),
    "?h": ("set_private_mode", MANY),
    "?l": ("reset_private_mode", MANY),
    "?s": ("store_modes", MANY),
    "?r": ("recall_modes", MANY),
    "?n": ("report_private_status", 2),
    "?m": ("report_modify_keys", 1),
    ">m": ("set_modify_keys", 2),
    ">n": ("reset_modify_keys", 1),
    ">c": ("report_secondary", 1),
    "=c": ("report_tertiary", 1),
    ">q": ("report_version", 1),
    "$p": ("report_mode", 1),
    "?$p": ("report_private_mode", 1),
    " q": ("set_cursor_shape", 1),
    '"q': ("set_protection", 1),
    "!p": ("soft_reset", 0),
    '"p': ("soft_reset", 0),
    "'}": ("insert_columns", 1),
    "'~": ("delete_columns", 1),
    ">u": ("push_keyboard", 1),
    "<u": ("pop_keyboard", 1),
    "=u": ("set_keyboard", 2),
    "?u": ("report_keyboard", 0),
    "$x": ("fill_rectangle", 5),
    "$z": ("erase_rectangle", 4),
    "${": ("selective_erase_rectangle", 4),
    "$v": ("copy_rectangle", 8),
    "$r": ("change_attributes", MANY),
    "$t": ("reverse_attributes", MANY),
    "*x": ("set_attribute_extent", 1),
    "*y": ("report_checksum", 6),
}

#: Escape sequences without parameters: what follows ESC, the event, its arguments.
ESCAPE: dict[str, tuple[str, tuple[object, ...]]] = {
    esc.RIS: ("reset", ()),
    esc.IND: ("index", ()),
    esc.NEL: ("next_line", ()),
    esc.RI: ("reverse_index", ()),
    esc.HTS: ("set_tab_stop", ()),
    esc.DECSC: ("save_cursor", ()),
    esc.DECRC: ("restore_cursor", ()),
    "#" + esc.DECALN: ("alignment_display", ()),
    "#3": ("set_stretch", (UPPER_HALF,)),
    "#4": ("set_stretch", (LOWER_HALF,)),
    "#5": ("set_stretch", (NORMAL,)),
    "#6": ("set_stretch", (DOUBLE_WIDTH,)),
    " F": ("set_eight_bit", (False,)),
    " G": ("set_eight_bit", (True,)),
    "V": ("guard_area", (True,)),
    "W": ("guard_area", (False,)),
    "6": ("back_index", ()),
    "9": ("forward_index", ()),
    "Z": ("report_device_attributes", ()),
    "=": ("set_private_mode", (66,)),
    ">": ("reset_private_mode", (66,)),
    "N": ("shift_once", (2,)),
    "O": ("shift_once", (3,)),
    "n": ("lock_shift", (2,)),
    "o": ("lock_shift", (3,)),
    "~": ("lock_shift_right", (1,)),
    "}": ("lock_shift_right", (2,)),
    "|": ("lock_shift_right", (3,)),
}

#: What follows ESC to open a string that ends in ST, and whether its content matters.
STRINGS = {"]": "osc", "P": "dcs", "X": "", "^": "", "_": "", "k": ""}

#: Ends a string: BEL (OSC alone), CAN, SUB, ESC, ST.
STRING_END = ctrl.BEL + ctrl.CAN + ctrl.SUB + ctrl.ESC + "\x9c"
