/* The character sets that nearly all programs use, ASCII and DEC's line drawing; see charsets.py
 * and Writing.define_charset in writing.py. */
#include "core.h"

#define ASCII 'B'
#define LINE_DRAWING '0'

static uint32_t glyphs[0x80];
static int loaded;

static int load(void) {
    PyObject *module = PyImport_ImportModule("contui.tui.terminal.charsets");
    PyObject *sets = module ? PyObject_GetAttrString(module, "CHARSETS") : NULL;
    PyObject *set = sets ? PyMapping_GetItemString(sets, "0") : NULL;
    for (uint32_t code = 0; set && code < 0x80; code++) glyphs[code] = code;
    PyObject *code, *glyph;
    Py_ssize_t at = 0;
    while (set && PyDict_Check(set) && PyDict_Next(set, &at, &code, &glyph)) {
        long index = PyLong_AsLong(code);
        if (index >= 0 && index < 0x80 && PyUnicode_Check(glyph) && PyUnicode_GET_LENGTH(glyph))
            glyphs[index] = PyUnicode_READ_CHAR(glyph, 0);
    }
    loaded = set && !PyErr_Occurred();
    Py_XDECREF(set);
    Py_XDECREF(sets);
    Py_XDECREF(module);
    return loaded ? 0 : -1;
}

/* What the characters of ASCII are under line drawing; NULL with an exception. */
const uint32_t *charsets_line_drawing(void) { return loaded || load() == 0 ? glyphs : NULL; }

/* The set that is designated as G0 to G3; 0 when it is none that is known here. */
static Py_UCS4 designated(Screen *s, int slot) {
    PyObject *sets = s->charsets;
    if (!sets || !PyList_CheckExact(sets) || slot < 0 || slot >= PyList_GET_SIZE(sets)) return 0;
    PyObject *name = PyList_GET_ITEM(sets, slot);
    if (!PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) != 1) return 0;
    Py_UCS4 set = PyUnicode_READ_CHAR(name, 0);
    return set == ASCII || set == LINE_DRAWING ? set : 0;
}

/* As State.update_fast_path, of a screen that is simple. */
static void use(Screen *s, Py_UCS4 set) {
    s->limit = set == ASCII ? s->columns : 0;
    s->line_drawing = set == LINE_DRAWING;
    Py_CLEAR(s->last_row);
}

/* SCS of G0 or G1. */
int charsets_designate(Screen *s, int slot, uint8_t set) {
    Py_UCS4 before = designated(s, slot);
    if (!before || (set != ASCII && set != LINE_DRAWING)) return NOT_MINE;
    if (set == before) return DONE;
    PyObject *name = PyUnicode_FromOrdinal(set);
    if (!name || PyList_SetItem(s->charsets, slot, name) < 0) return FAILED;
    use(s, designated(s, s->left_set));
    return DONE;
}

/* SI, SO: G0 or G1 on the left. */
int charsets_shift(Screen *s, int slot) {
    Py_UCS4 set = designated(s, slot);
    if (!set) return NOT_MINE;
    s->left_set = slot;
    use(s, set);
    return DONE;
}
