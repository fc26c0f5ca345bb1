/* The scrollback: a ring of lines in compact form, to Python a sequence of reflow.Entry.
 *
 * A line takes one byte a cell while its characters allow, and no styles when it is plain. A
 * line that falls out of the ring leaves its memory to the one that comes in.
 */
#include "core.h"

typedef struct {
    uint32_t size;
    uint32_t room;     /* bytes of data */
    uint8_t text_kind; /* bytes a character: 1, 2, 4 */
    uint8_t style_kind; /* the same of a style; 0 for a plain line */
    uint8_t wrapped;
    uint32_t data[]; /* text, then styles at the next multiple of four */
} Line;

struct History {
    PyObject_HEAD
    Line **lines;
    Py_ssize_t room, first, count, most;
};

static Line **slot(History *history, Py_ssize_t n) {
    Py_ssize_t at = history->first + n;
    return &history->lines[at < history->room ? at : at - history->room];
}

/* Make the ring larger, up to the most lines it may hold. */
static int grow(History *history) {
    Py_ssize_t room = history->room ? history->room * 2 : 64;
    if (room > history->most) room = history->most;
    Line **lines = PyMem_Calloc((size_t)room, sizeof(Line *));
    if (!lines) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t n = 0; n < history->count; n++) lines[n] = *slot(history, n);
    PyMem_Free(history->lines);
    history->lines = lines;
    history->room = room;
    history->first = 0;
    return 0;
}

static int kind_of(uint32_t bits) { return bits < 0x100 ? 1 : bits < 0x10000 ? 2 : 4; }

static uint32_t all_bits(const uint32_t *cells, Py_ssize_t size) {
    uint32_t bits = 0;
    for (Py_ssize_t n = 0; n < size; n++) bits |= cells[n];
    return bits;
}

static void pack(void *to, int kind, const uint32_t *cells, Py_ssize_t size) {
    if (kind == 1)
        for (Py_ssize_t n = 0; n < size; n++) ((uint8_t *)to)[n] = (uint8_t)cells[n];
    else if (kind == 2)
        for (Py_ssize_t n = 0; n < size; n++) ((uint16_t *)to)[n] = (uint16_t)cells[n];
    else if (size)
        memcpy(to, cells, (size_t)size * sizeof(uint32_t));
}

static uint32_t unpack(const void *from, int kind, Py_ssize_t n) {
    return kind == 1   ? ((const uint8_t *)from)[n]
           : kind == 2 ? ((const uint16_t *)from)[n]
                       : ((const uint32_t *)from)[n];
}

static uint32_t *styles_of(Line *line) {
    return line->data + ((size_t)line->size * line->text_kind + 3) / 4;
}

/* A line with room for `bytes`, in `old` if that fits without much waste. */
static Line *line_with(Line *old, size_t bytes) {
    if (old && old->room >= bytes && old->room <= 2 * bytes + 256) return old;
    if (bytes > UINT32_MAX - 64) {
        PyErr_NoMemory();
        return NULL;
    }
    size_t room = (bytes + 15) / 16 * 16;
    Line *line = PyMem_Malloc(sizeof(Line) + room);
    if (!line) {
        PyErr_NoMemory();
        return NULL;
    }
    line->room = (uint32_t)room;
    PyMem_Free(old);
    return line;
}

static int push(History *history, const uint32_t *text, const uint32_t *styles, Py_ssize_t size,
                int wrapped) {
    if (history->most == 0) return 0;
    if (history->count == history->room && history->room < history->most && grow(history) < 0)
        return -1;
    int text_kind = kind_of(all_bits(text, size));
    uint32_t bits = all_bits(styles, size);
    int style_kind = bits ? kind_of(bits) : 0;
    size_t bytes = ((size_t)size * text_kind + 3) / 4 * 4 + (size_t)size * style_kind;
    int full = history->count == history->room;
    Line **place = full ? slot(history, 0) : slot(history, history->count);
    Line *line = line_with(*place, bytes);
    if (!line) return -1;
    *place = line;
    line->size = (uint32_t)size;
    line->text_kind = (uint8_t)text_kind;
    line->style_kind = (uint8_t)style_kind;
    line->wrapped = (uint8_t)wrapped;
    pack(line->data, text_kind, text, size);
    if (style_kind) pack(styles_of(line), style_kind, styles, size);
    if (!full)
        history->count++;
    else if (++history->first == history->room)
        history->first = 0;
    return 0;
}

/* Remember a row that leaves the screen. */
int history_push(History *history, Row *row) {
    row_settle(row);
    return push(history, row->text, row->styles, row->size, row->wrapped);
}

/* Note in `used`, one byte a number, which styles below `count` occur. */
void history_mark_styles(History *history, uint8_t *used, Py_ssize_t count) {
    for (Py_ssize_t n = 0; n < history->count; n++) {
        Line *line = *slot(history, n);
        for (uint32_t x = 0; line->style_kind && x < line->size; x++) {
            uint32_t number = unpack(styles_of(line), line->style_kind, x);
            if (number < (uint32_t)count) used[number] = 1;
        }
    }
}

/* Replace style numbers; new ones are never larger than those they replace. */
void history_renumber(History *history, const uint32_t *numbers, Py_ssize_t count) {
    for (Py_ssize_t n = 0; n < history->count; n++) {
        Line *line = *slot(history, n);
        for (uint32_t x = 0; line->style_kind && x < line->size; x++) {
            uint32_t old = unpack(styles_of(line), line->style_kind, x);
            uint32_t number = old < (uint32_t)count ? numbers[old] : PLAIN;
            if (line->style_kind == 1)
                ((uint8_t *)styles_of(line))[x] = (uint8_t)number;
            else if (line->style_kind == 2)
                ((uint16_t *)styles_of(line))[x] = (uint16_t)number;
            else
                styles_of(line)[x] = number;
        }
    }
}

/* Entries. */

static PyObject *entry_of(Line *line) {
    PyObject *text = PyUnicode_FromKindAndData(line->text_kind, line->data, line->size);
    if (text && line->wrapped) {
        PyObject *ended = PyUnicode_FromFormat("%U\n", text);
        Py_SETREF(text, ended);
    }
    if (!text || !line->style_kind) return text;
    PyObject *styles = PyUnicode_FromKindAndData(line->style_kind, styles_of(line), line->size);
    PyObject *pair = styles ? PyTuple_Pack(2, text, styles) : NULL;
    Py_XDECREF(styles);
    Py_DECREF(text);
    return pair;
}

/* Push texts as Python has them; `styles` may be NULL for a plain line. */
static int push_strings(History *history, PyObject *text, PyObject *styles) {
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    int wrapped = size && PyUnicode_READ_CHAR(text, size - 1) == '\n';
    size -= wrapped;
    if (styles && PyUnicode_GET_LENGTH(styles) < size) size = PyUnicode_GET_LENGTH(styles);
    uint32_t *cells = PyMem_Calloc((size_t)size * 2 + 1, sizeof(uint32_t));
    if (!cells) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t n = 0; n < size; n++) {
        cells[n] = PyUnicode_READ_CHAR(text, n);
        if (styles) cells[size + n] = PyUnicode_READ_CHAR(styles, n);
    }
    int result = push(history, cells, cells + size, size, wrapped);
    PyMem_Free(cells);
    return result;
}

static int push_entry(History *history, PyObject *entry) {
    if (PyUnicode_Check(entry)) return push_strings(history, entry, NULL);
    if (PyTuple_Check(entry) && PyTuple_GET_SIZE(entry) == 2 &&
        PyUnicode_Check(PyTuple_GET_ITEM(entry, 0)) && PyUnicode_Check(PyTuple_GET_ITEM(entry, 1)))
        return push_strings(history, PyTuple_GET_ITEM(entry, 0), PyTuple_GET_ITEM(entry, 1));
    PyErr_SetString(PyExc_TypeError, "an entry is a text, or a text and its styles");
    return -1;
}

static PyObject *append(PyObject *self, PyObject *entry) {
    return push_entry((History *)self, entry) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *extend(PyObject *self, PyObject *entries) {
    PyObject *iterator = PyObject_GetIter(entries), *entry;
    if (!iterator) return NULL;
    while ((entry = PyIter_Next(iterator))) {
        int result = push_entry((History *)self, entry);
        Py_DECREF(entry);
        if (result < 0) break;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static void release(History *history) {
    for (Py_ssize_t n = 0; n < history->room; n++) PyMem_Free(history->lines[n]);
    PyMem_Free(history->lines);
    history->lines = NULL;
    history->room = history->first = history->count = 0;
}

static PyObject *clear(PyObject *self, PyObject *nothing) {
    (void)nothing;
    release((History *)self);
    return Py_NewRef(Py_None);
}

static Py_ssize_t length(PyObject *self) { return ((History *)self)->count; }

static PyObject *item(PyObject *self, Py_ssize_t n) {
    History *history = (History *)self;
    if (n < 0 || n >= history->count) {
        PyErr_SetString(PyExc_IndexError, "no such line in the scrollback");
        return NULL;
    }
    return entry_of(*slot(history, n));
}

static int initialise(PyObject *self, PyObject *arguments, PyObject *named) {
    static char *names[] = {"maxlen", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "n:History", names, &most)) return -1;
    release((History *)self);
    ((History *)self)->most = most < 0 ? 0 : most;
    return 0;
}

static void dealloc(PyObject *self) {
    release((History *)self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef members[] = {
    {"maxlen", T_PYSSIZET, offsetof(History, most), READONLY, "the most lines kept"},
    {0},
};

static PyMethodDef methods[] = {
    {"append", append, METH_O, "Add a line; the oldest goes when there are too many."},
    {"extend", extend, METH_O, "Add lines."},
    {"clear", clear, METH_NOARGS, "Forget every line."},
    {0},
};

static PySequenceMethods sequence = {.sq_length = length, .sq_item = item};

PyTypeObject HistoryType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "contui.tui.terminal._core.History",
    .tp_doc = "The scrollback, as a deque of entries.",
    .tp_basicsize = sizeof(History),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = initialise,
    .tp_dealloc = dealloc,
    .tp_as_sequence = &sequence,
    .tp_members = members,
    .tp_methods = methods,
};
