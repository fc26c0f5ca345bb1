/* The state of a screen that C and Python share, and scrolling; see state.py and motion.py. */
#include "core.h"

/* Whether text and common sequences may be done here: no insert mode, side margins, origin mode
 * or national character sets, and everything as the Python layers leave it. */
int screen_is_simple(Screen *s) {
    return s->columns > 0 && (s->limit == s->columns || s->line_drawing) && s->left == 0 &&
           s->right == s->columns - 1 && !s->origin && s->rows && PyList_CheckExact(s->rows) &&
           PyList_GET_SIZE(s->rows) == s->lines && s->x >= 0 && s->x < s->columns && s->y >= 0 &&
           s->y < s->lines && s->top >= 0 && s->top <= s->bottom && s->bottom < s->lines &&
           s->history && Py_IS_TYPE(s->history, &HistoryType) && s->styles &&
           PyObject_TypeCheck(s->styles, &StylesType) &&
           s->pen < (uint32_t)((Styles *)s->styles)->count;
}

/* Line y of the screen, borrowed; NULL with an exception when there is none. */
Row *screen_row(Screen *s, int y) {
    if (y >= 0 && y < PyList_GET_SIZE(s->rows)) {
        PyObject *row = PyList_GET_ITEM(s->rows, y);
        if (Py_IS_TYPE(row, &RowType)) return (Row *)row;
    }
    PyErr_SetString(PyExc_RuntimeError, "the screen's rows are not rows");
    return NULL;
}

int screen_fill(Screen *s, uint32_t *fill) {
    return styles_blank((Styles *)s->styles, s->pen, fill);
}

/* Note that text was just written to a row. */
void screen_wrote(Screen *s, Row *row) {
    if (s->last_row != (PyObject *)row) Py_XSETREF(s->last_row, Py_NewRef(row));
    s->last_x = s->x;
    if (s->x >= s->columns) {
        s->x = s->columns - 1;
        s->wrap = s->autowrap;
    }
}

/* Scrolling. */

/* Move `count` rows from `from` to where line `to` is then the first of them. */
static int move_rows(Screen *s, int from, int count, int to) {
    int low = from < to ? from : to, high = (from < to ? to : from) + count;
    if (high > PyList_GET_SIZE(s->rows)) {
        PyErr_SetString(PyExc_RuntimeError, "the screen's rows have changed");
        return -1;
    }
    PyObject **items = ((PyListObject *)s->rows)->ob_item;
    if (count == 1) {
        PyObject *row = items[from];
        if (from < to)
            memmove(items + low, items + low + 1, (size_t)(high - low - 1) * sizeof(*items));
        else
            memmove(items + low + 1, items + low, (size_t)(high - low - 1) * sizeof(*items));
        items[to] = row;
        return 0;
    }
    PyObject **held = PyMem_Malloc((size_t)count * sizeof(*items));
    if (!held) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(held, items + from, (size_t)count * sizeof(*items));
    size_t others = (size_t)(high - low - count) * sizeof(*items);
    if (from < to)
        memmove(items + low, items + low + count, others);
    else
        memmove(items + low + count, items + low, others);
    memcpy(items + to, held, (size_t)count * sizeof(*items));
    PyMem_Free(held);
    return 0;
}

/* Take `count` rows out at `top` and bring blank ones in at the bottom margin. */
int screen_scroll_up(Screen *s, int top, int count, int keep) {
    uint32_t fill;
    if (screen_fill(s, &fill) < 0) return -1;
    if (count > s->bottom - top + 1) count = s->bottom - top + 1;
    keep = keep && top == 0 && s->page == s->main;
    for (int y = top; y < top + count; y++) {
        Row *row = screen_row(s, y);
        if (!row) return -1;
        if (keep) {
            s->scrolled++;
            if (history_push((History *)s->history, row) < 0) return -1;
        }
        if (row_renew(s->rows, y, s->columns, fill) < 0) return -1;
    }
    return move_rows(s, top, count, s->bottom + 1 - count);
}

/* Bring blank rows in at `top`; rows at the bottom margin are lost. */
int screen_scroll_down(Screen *s, int top, int count) {
    uint32_t fill;
    if (screen_fill(s, &fill) < 0) return -1;
    if (count > s->bottom - top + 1) count = s->bottom - top + 1;
    int from = s->bottom + 1 - count;
    for (int y = from; y <= s->bottom; y++)
        if (row_renew(s->rows, y, s->columns, fill) < 0) return -1;
    return move_rows(s, from, count, top);
}

int screen_index(Screen *s) {
    s->wrap = 0;
    if (s->y == s->bottom) return screen_scroll_up(s, s->top, 1, 1);
    if (s->y < s->lines - 1) s->y++;
    return 0;
}

int screen_reverse_index(Screen *s) {
    s->wrap = 0;
    if (s->y == s->top) return screen_scroll_down(s, s->top, 1);
    if (s->y > 0) s->y--;
    return 0;
}

int screen_crlf(Screen *s) {
    s->x = 0;
    return screen_index(s);
}

int screen_tab(Screen *s) {
    int target = s->x + 1;
    Py_CLEAR(s->last_row);
    for (; target < s->columns - 1; target++) {
        PyObject *column = PyLong_FromLong(target);
        int found = column ? PySet_Contains(s->tabstops, column) : -1;
        Py_XDECREF(column);
        if (found < 0) return -1;
        if (found) break;
    }
    if (target > s->columns - 1) target = s->columns - 1;
    if (target != s->x) {
        s->x = target;
        s->wrap = 0;
    }
    return 0;
}

/* What Python sees. */

static int no_delete(PyObject *value) {
    if (value) return 0;
    PyErr_SetString(PyExc_AttributeError, "a screen's attributes cannot be deleted");
    return -1;
}

static PyObject *get_flag(PyObject *self, void *offset) {
    return PyBool_FromLong(*((char *)self + (Py_ssize_t)offset));
}

static int set_flag(PyObject *self, PyObject *value, void *offset) {
    int truth = no_delete(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (truth < 0) return -1;
    *((char *)self + (Py_ssize_t)offset) = (char)truth;
    return 0;
}

static PyObject *get_pen(PyObject *self, void *closure) {
    (void)closure;
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, &((Screen *)self)->pen, 1);
}

static int set_pen(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    if (no_delete(value) < 0) return -1;
    if (!PyUnicode_Check(value) || PyUnicode_GET_LENGTH(value) != 1) {
        PyErr_SetString(PyExc_TypeError, "a pen is one character");
        return -1;
    }
    ((Screen *)self)->pen = PyUnicode_READ_CHAR(value, 0);
    ((Screen *)self)->look_of = UNKNOWN; /* or its number may mean another look now */
    return 0;
}

static PyObject *get_last_text(PyObject *self, void *closure) {
    (void)closure;
    Screen *s = (Screen *)self;
    uint32_t cells[2] = {s->last, WIDE_TAIL};
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, cells, s->last_size);
}

static int set_last_text(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    Screen *s = (Screen *)self;
    if (no_delete(value) < 0) return -1;
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "the last text is a str");
        return -1;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(value);
    int wide = size > 1 && PyUnicode_READ_CHAR(value, size - 1) == WIDE_TAIL;
    s->last_size = size ? 1 + wide : 0;
    s->last = size ? PyUnicode_READ_CHAR(value, size - 1 - wide) : 0;
    return 0;
}

#define NUMBER(name) {#name, T_INT, offsetof(Screen, name), 0, NULL}
#define LARGE(name) {#name, T_LONGLONG, offsetof(Screen, name), 0, NULL}
#define OBJECT(name) {#name, T_OBJECT, offsetof(Screen, name), 0, NULL}
#define FLAG(name) {#name, get_flag, set_flag, NULL, (void *)offsetof(Screen, name)}

static PyMemberDef members[] = {
    NUMBER(x), NUMBER(y), NUMBER(columns), NUMBER(lines), NUMBER(top), NUMBER(bottom),
    NUMBER(left), NUMBER(right), NUMBER(limit), NUMBER(last_x), NUMBER(left_set),
    LARGE(scrolled), LARGE(syncs),
    OBJECT(rows), OBJECT(last_row), OBJECT(history), OBJECT(page), OBJECT(main),
    OBJECT(tabstops), OBJECT(charsets), OBJECT(styles), OBJECT(mode),
    {0},
};

static PyGetSetDef attributes[] = {
    FLAG(wrap), FLAG(autowrap), FLAG(origin), FLAG(line_drawing),
    {"pen", get_pen, set_pen, NULL, NULL},
    {"last_text", get_last_text, set_last_text, NULL, NULL},
    {0},
};

static PyMethodDef methods[] = {
    {"run", (PyCFunction)(void (*)(void))screen_run, METH_FASTCALL,
     "run(data, dispatch) -> int\n\nTake bytes; how many, inverted before what is irregular."},
    {0},
};

static int traverse(PyObject *self, visitproc visit, void *arg) {
    Screen *s = (Screen *)self;
    Py_VISIT(s->rows);
    Py_VISIT(s->last_row);
    Py_VISIT(s->history);
    Py_VISIT(s->page);
    Py_VISIT(s->main);
    Py_VISIT(s->tabstops);
    Py_VISIT(s->charsets);
    Py_VISIT(s->styles);
    Py_VISIT(s->mode);
    return 0;
}

static int clear(PyObject *self) {
    Screen *s = (Screen *)self;
    Py_CLEAR(s->rows);
    Py_CLEAR(s->last_row);
    Py_CLEAR(s->history);
    Py_CLEAR(s->page);
    Py_CLEAR(s->main);
    Py_CLEAR(s->tabstops);
    Py_CLEAR(s->charsets);
    Py_CLEAR(s->styles);
    Py_CLEAR(s->mode);
    return 0;
}

static void dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    clear(self);
    Py_TYPE(self)->tp_free(self);
}

PyTypeObject ScreenType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "contui.tui.terminal._core.ScreenBase",
    .tp_doc = "The state of a screen that output touches most; under state.State.",
    .tp_basicsize = sizeof(Screen),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_traverse = traverse,
    .tp_clear = clear,
    .tp_dealloc = dealloc,
    .tp_members = members,
    .tp_getset = attributes,
    .tp_methods = methods,
};
