/* A row of cells, as rows.py describes it; the functions here do what its functions do. */
#include "core.h"

static Row *row_new(void) { return (Row *)RowType.tp_alloc(&RowType, 0); }

/* Make room for `size` cells. */
static int reserve(Row *row, Py_ssize_t size) {
    if (size <= row->room) return 0;
    Py_ssize_t room = row->room ? row->room : 16;
    while (room < size) {
        if (room > PY_SSIZE_T_MAX / 32) {
            PyErr_NoMemory();
            return -1;
        }
        room *= 2;
    }
    uint32_t *block = PyMem_Malloc((size_t)room * 2 * sizeof(uint32_t));
    if (!block) {
        PyErr_NoMemory();
        return -1;
    }
    if (row->size) memcpy(block, row->text, (size_t)row->size * sizeof(uint32_t));
    if (row->style_size)
        memcpy(block + room, row->styles, (size_t)row->style_size * sizeof(uint32_t));
    PyMem_Free(row->text);
    row->text = block;
    row->styles = block + room;
    row->room = room;
    return 0;
}

static void set_cells(uint32_t *cells, Py_ssize_t count, uint32_t value) {
    for (Py_ssize_t n = 0; n < count; n++) cells[n] = value;
}

/* Both strings the same length again, should Python have left them different. */
void row_settle(Row *row) {
    if (row->style_size < row->size)
        set_cells(row->styles + row->style_size, row->size - row->style_size, PLAIN);
    row->style_size = row->size;
}

/* An empty row again, for use as a new one. */
static void blank(Row *row) {
    row->stretch = 0;
    row->size = row->style_size = 0;
    row->wrapped = 0;
    Py_CLEAR(row->cache);
}

/* All of an empty row's columns in a style that is not plain. */
static int fill_row(Row *row, Py_ssize_t columns, uint32_t fill) {
    if (fill == PLAIN) return 0;
    if (reserve(row, columns) < 0) return -1;
    set_cells(row->text, columns, ' ');
    set_cells(row->styles, columns, fill);
    row->size = row->style_size = columns;
    return 0;
}

/* Make row `n` of a list a blank one; it is used again unless somebody else holds it. */
int row_renew(PyObject *rows, Py_ssize_t n, Py_ssize_t columns, uint32_t fill) {
    if (n < 0 || n >= PyList_GET_SIZE(rows) || !Py_IS_TYPE(PyList_GET_ITEM(rows, n), &RowType)) {
        PyErr_SetString(PyExc_RuntimeError, "the rows are not rows");
        return -1;
    }
    Row *row = (Row *)PyList_GET_ITEM(rows, n);
    if (Py_REFCNT(row) == 1) {
        blank(row);
        return fill_row(row, columns, fill);
    }
    Row *fresh = row_new();
    if (!fresh) return -1;
    if (fill_row(fresh, columns, fill) < 0) {
        Py_DECREF(fresh);
        return -1;
    }
    return PyList_SetItem(rows, n, (PyObject *)fresh);
}

/* Blank the halves of wide characters that writing [start, end) would leave behind. */
static void mend(Row *row, Py_ssize_t start, Py_ssize_t end) {
    if (0 < start && start < row->size && row->text[start] == WIDE_TAIL)
        row->text[start - 1] = ' ';
    if (end < row->size && row->text[end] == WIDE_TAIL) row->text[end] = ' ';
}

/* Prepare [start, start + count) to be overwritten by the caller, both arrays. */
int row_open(Row *row, Py_ssize_t start, Py_ssize_t count) {
    Py_ssize_t end = start + count;
    if (row->cache) Py_CLEAR(row->cache);
    if (row->size != row->style_size) row_settle(row);
    if (end > row->room && reserve(row, end) < 0) return -1;
    if (start < row->size)
        mend(row, start, end);
    else if (start > row->size) {
        set_cells(row->text + row->size, start - row->size, ' ');
        set_cells(row->styles + row->size, start - row->size, PLAIN);
    }
    if (end > row->size) row->size = row->style_size = end;
    return 0;
}

/* Blank [start, end) with the background of `fill`. */
int row_erase(Row *row, Py_ssize_t start, Py_ssize_t end, uint32_t fill) {
    if (fill != PLAIN || end < row->size) {
        if (row_open(row, start, end - start) < 0) return -1;
        set_cells(row->text + start, end - start, ' ');
        set_cells(row->styles + start, end - start, fill);
    } else if (start < row->size) {
        Py_CLEAR(row->cache);
        row_settle(row);
        mend(row, start, end);
        row->size = row->style_size = start;
    }
    return 0;
}

/* Drop plain blanks at the end, which need not be stored. */
static void trim(Row *row) {
    Py_ssize_t end = row->size;
    while (end && row->text[end - 1] == ' ' && row->styles[end - 1] == PLAIN) end--;
    row->size = row->style_size = end;
}

/* Move the cells [from, end) to `to` within the row; halves at either end become blanks. */
static int move_cells(Row *row, Py_ssize_t from, Py_ssize_t end, Py_ssize_t to) {
    Py_ssize_t count = end - from, low = from < to ? from : to;
    Py_ssize_t high = low == from ? to + count : end;
    int cut = from < end && end < row->size && row->text[end] == WIDE_TAIL;
    int tail = from < row->size && count > 0 && row->text[from] == WIDE_TAIL;
    /* Halves that stay behind are mended as for writing the whole of what changes. */
    if (row_open(row, low, high - low) < 0) return -1;
    memmove(row->text + to, row->text + from, (size_t)count * sizeof(uint32_t));
    memmove(row->styles + to, row->styles + from, (size_t)count * sizeof(uint32_t));
    if (tail) row->text[to] = ' ';
    if (cut && count) row->text[to + count - 1] = ' ';
    return 0;
}

/* Cells that are not stored become plain blanks that are, up to `end`. */
static int stretch(Row *row, Py_ssize_t end) {
    Py_CLEAR(row->cache);
    row_settle(row);
    if (end <= row->size) return 0;
    if (reserve(row, end) < 0) return -1;
    set_cells(row->text + row->size, end - row->size, ' ');
    set_cells(row->styles + row->size, end - row->size, PLAIN);
    row->size = row->style_size = end;
    return 0;
}

static void blank_cells(Row *row, Py_ssize_t start, Py_ssize_t count, uint32_t fill) {
    set_cells(row->text + start, count, ' ');
    set_cells(row->styles + start, count, fill);
}

/* Shift [start, limit) right by `count`; what passes `limit` is lost. */
int row_insert(Row *row, Py_ssize_t start, Py_ssize_t count, Py_ssize_t limit, uint32_t fill) {
    if (count > limit - start) count = limit - start;
    if (stretch(row, limit) < 0) return -1;
    if (move_cells(row, start, limit - count, start + count) < 0) return -1;
    blank_cells(row, start, count, fill);
    if (limit >= row->size) trim(row);
    return 0;
}

/* Shift [start + count, limit) left by `count`; blanks come in at `limit`. */
int row_delete(Row *row, Py_ssize_t start, Py_ssize_t count, Py_ssize_t limit, uint32_t fill) {
    if (count > limit - start) count = limit - start;
    if (stretch(row, limit) < 0) return -1;
    if (move_cells(row, start + count, limit, start) < 0) return -1;
    blank_cells(row, limit - count, count, fill);
    if (limit >= row->size) trim(row);
    return 0;
}

/* What Python sees. */

static PyObject *as_text(const uint32_t *cells, Py_ssize_t size) {
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, cells, size);
}

static int no_delete(PyObject *value) {
    if (value) return 0;
    PyErr_SetString(PyExc_AttributeError, "a row's attributes cannot be deleted");
    return -1;
}

static PyObject *get_text(PyObject *self, void *closure) {
    (void)closure;
    return as_text(((Row *)self)->text, ((Row *)self)->size);
}

static PyObject *get_styles(PyObject *self, void *closure) {
    (void)closure;
    return as_text(((Row *)self)->styles, ((Row *)self)->style_size);
}

static int set_text(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    Row *row = (Row *)self;
    if (no_delete(value) < 0) return -1;
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a row's text is a str");
        return -1;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(value);
    if (reserve(row, size) < 0) return -1;
    if (size && !PyUnicode_AsUCS4(value, row->text, size, 0)) return -1;
    row->size = size;
    return 0;
}

static int set_styles(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    Row *row = (Row *)self;
    if (no_delete(value) < 0) return -1;
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a row's styles are a str");
        return -1;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(value);
    if (reserve(row, size) < 0) return -1;
    if (size && !PyUnicode_AsUCS4(value, row->styles, size, 0)) return -1;
    row->style_size = size;
    return 0;
}

static PyObject *get_wrapped(PyObject *self, void *closure) {
    (void)closure;
    return PyBool_FromLong(((Row *)self)->wrapped);
}

static int set_wrapped(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    if (no_delete(value) < 0) return -1;
    int truth = PyObject_IsTrue(value);
    if (truth < 0) return -1;
    ((Row *)self)->wrapped = (char)truth;
    return 0;
}

static PyObject *get_cache(PyObject *self, void *closure) {
    (void)closure;
    PyObject *cache = ((Row *)self)->cache;
    return Py_NewRef(cache ? cache : Py_None);
}

static int set_cache(PyObject *self, PyObject *value, void *closure) {
    (void)closure;
    if (no_delete(value) < 0) return -1;
    Py_XSETREF(((Row *)self)->cache, value == Py_None ? NULL : Py_NewRef(value));
    return 0;
}

/* The compact form for the scrollback, as Row.entry in rows.py. */
static PyObject *entry(PyObject *self, PyObject *nothing) {
    (void)nothing;
    Row *row = (Row *)self;
    PyObject *text = get_text(self, NULL);
    if (text && row->wrapped) {
        PyObject *ended = PyUnicode_FromFormat("%U\n", text);
        Py_SETREF(text, ended);
    }
    if (!text) return NULL;
    for (Py_ssize_t n = 0; n < row->style_size; n++) {
        if (row->styles[n] == PLAIN) continue;
        PyObject *styles = get_styles(self, NULL);
        PyObject *pair = styles ? PyTuple_Pack(2, text, styles) : NULL;
        Py_XDECREF(styles);
        Py_DECREF(text);
        return pair;
    }
    return text;
}

/* blank_rows(rows, columns, fill), as in rows.py. */
PyObject *row_blank_rows(PyObject *module, PyObject *arguments) {
    PyObject *rows;
    Py_ssize_t columns;
    int fill;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!nC:blank_rows", &PyList_Type, &rows, &columns, &fill))
        return NULL;
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(rows); n++)
        if (row_renew(rows, n, columns, (uint32_t)fill) < 0) return NULL;
    return Py_NewRef(Py_None);
}

static PyObject *represent(PyObject *self) {
    PyObject *text = get_text(self, NULL);
    if (!text) return NULL;
    PyObject *told = PyUnicode_FromFormat(
        "Row(%R, wrapped=%s)", text, ((Row *)self)->wrapped ? "True" : "False");
    Py_DECREF(text);
    return told;
}

static int initialise(PyObject *self, PyObject *arguments, PyObject *named) {
    static char *names[] = {"text", "styles", "wrapped", NULL};
    PyObject *text = NULL, *styles = NULL;
    int wrapped = 0;
    if (!PyArg_ParseTupleAndKeywords(
            arguments, named, "|UUp:Row", names, &text, &styles, &wrapped))
        return -1;
    if (text && set_text(self, text, NULL) < 0) return -1;
    if (styles && set_styles(self, styles, NULL) < 0) return -1;
    ((Row *)self)->wrapped = (char)wrapped;
    return 0;
}

static int traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(((Row *)self)->cache);
    return 0;
}

static int clear(PyObject *self) {
    Py_CLEAR(((Row *)self)->cache);
    return 0;
}

static void dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    clear(self);
    PyMem_Free(((Row *)self)->text);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef members[] = {
    {"stretch", T_BYTE, offsetof(Row, stretch), 0, "how the line is shown"},
    {0},
};

static PyGetSetDef attributes[] = {
    {"text", get_text, set_text, "the characters, one a cell", NULL},
    {"styles", get_styles, set_styles, "the style characters, one a cell", NULL},
    {"wrapped", get_wrapped, set_wrapped, "whether the line goes on in the next row", NULL},
    {"cache", get_cache, set_cache, "the drawer's; None once the row changed", NULL},
    {0},
};

static PyMethodDef methods[] = {
    {"entry", entry, METH_NOARGS, "The compact form for the scrollback."},
    {0},
};

PyTypeObject RowType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "contui.tui.terminal._core.Row",
    .tp_doc = "Cells of one line; see rows.Row.",
    .tp_basicsize = sizeof(Row),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = initialise,
    .tp_traverse = traverse,
    .tp_clear = clear,
    .tp_dealloc = dealloc,
    .tp_repr = represent,
    .tp_getset = attributes,
    .tp_members = members,
    .tp_methods = methods,
};
