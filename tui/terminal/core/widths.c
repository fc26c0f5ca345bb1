/* How many cells a character takes: the tables of widths.py, one byte a code point. */
#include "core.h"

#define COVERED 0x40000 /* planes 0 to 3; above, Python looks */
#define FIRST_ODD 0x300

static uint8_t *table;

/* Give every span of "300-36f 483 ..." the width. */
static void set_spans(uint8_t *to, const char *spans, uint8_t width) {
    for (;;) {
        char *end;
        unsigned long low = strtoul(spans, &end, 16);
        if (end == spans) return;
        unsigned long high = low;
        spans = end;
        if (*spans == '-') {
            high = strtoul(spans + 1, &end, 16);
            spans = end;
        }
        for (unsigned long code = low; code <= high && code < COVERED; code++) to[code] = width;
    }
}

static int load_spans(uint8_t *to, const char *name, uint8_t width) {
    PyObject *module = PyImport_ImportModule("contui.tui.terminal.widths");
    PyObject *spans = module ? PyObject_GetAttrString(module, name) : NULL;
    const char *text = spans ? PyUnicode_AsUTF8(spans) : NULL;
    if (text) set_spans(to, text, width);
    Py_XDECREF(spans);
    Py_XDECREF(module);
    return text ? 0 : -1;
}

static int load(void) {
    uint8_t *made = PyMem_Malloc(COVERED);
    if (!made) {
        PyErr_NoMemory();
        return -1;
    }
    memset(made, 1, COVERED);
    if (load_spans(made, "DOUBLE_WIDTH", 2) < 0 || load_spans(made, "ZERO_WIDTH", 0) < 0) {
        PyMem_Free(made);
        return -1;
    }
    table = made;
    return 0;
}

int widths_of(uint32_t code) {
    if (code < FIRST_ODD) return 1;
    if (code >= COVERED) return -1;
    if (!table && load() < 0) return -2;
    return table[code];
}
