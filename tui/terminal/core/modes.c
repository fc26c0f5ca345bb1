/* Modes that are only remembered, which programs switch most; see switches.py. */
#include "core.h"

enum { INSERT = 4, AUTOWRAP = 7, NEWLINE = 20, SYNCHRONIZED = 2026 };

/* switches.CORE_MODES: mode to its key in the screen's set, and those of what it takes turns with. */
static PyObject *known;

static int load(void) {
    PyObject *module = PyImport_ImportModule("contui.tui.terminal.switches");
    PyObject *modes = module ? PyObject_GetAttrString(module, "CORE_MODES") : NULL;
    Py_XDECREF(module);
    if (modes && !PyDict_Check(modes)) {
        PyErr_SetString(PyExc_TypeError, "CORE_MODES is no dict");
        Py_CLEAR(modes);
    }
    known = modes;
    return modes ? 0 : -1;
}

/* The keys of a mode, borrowed; NULL when it is not done here, perhaps with an exception. */
static PyObject *keys_of(int mode) {
    PyObject *number = PyLong_FromLong(mode);
    PyObject *keys = number ? PyDict_GetItemWithError(known, number) : NULL;
    Py_XDECREF(number);
    return keys && PyTuple_Check(keys) && PyTuple_GET_SIZE(keys) ? keys : NULL;
}

static int switch_one(Screen *s, int mode, PyObject *keys, int on) {
    for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(keys); n++)
        if (PySet_Discard(s->mode, PyTuple_GET_ITEM(keys, n)) < 0) return FAILED;
    if (on && PySet_Add(s->mode, PyTuple_GET_ITEM(keys, 0)) < 0) return FAILED;
    if (mode == AUTOWRAP) {
        s->autowrap = (char)on;
        s->wrap = s->wrap && on;
    } else if (mode == SYNCHRONIZED)
        s->syncs += on;
    return DONE;
}

/* DECSET, DECRST. */
int modes_switch(Screen *s, const int *modes, int count, int on) {
    if (!known && load() < 0) return FAILED;
    if (!count || !s->mode || !PySet_Check(s->mode)) return NOT_MINE;
    for (int n = 0; n < count; n++)
        if (!keys_of(modes[n])) return PyErr_Occurred() ? FAILED : NOT_MINE;
    for (int n = 0; n < count; n++)
        if (switch_one(s, modes[n], keys_of(modes[n]), on) < 0) return FAILED;
    Py_CLEAR(s->last_row);
    return DONE;
}

/* SM, RM: of modes that a simple screen does not have set, so nothing changes. */
int modes_switch_ansi(Screen *s, const int *modes, int count, int on) {
    if (on || !count) return NOT_MINE;
    for (int n = 0; n < count; n++)
        if (modes[n] != INSERT && modes[n] != NEWLINE) return NOT_MINE;
    Py_CLEAR(s->last_row);
    return DONE;
}
