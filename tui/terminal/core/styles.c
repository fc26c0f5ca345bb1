/* Styles to Python: the table behind styles.StyleTable. */
#include "core.h"

#define NUMBERS 5 /* fields of a style before the link */

static int link_number(Styles *styles, PyObject *link, uint32_t *number) {
    PyObject *found = PyDict_GetItemWithError(styles->link_numbers, link);
    if (found) {
        *number = (uint32_t)PyLong_AsUnsignedLong(found);
        return 0;
    }
    if (PyErr_Occurred()) return -1;
    *number = (uint32_t)PyList_GET_SIZE(styles->links);
    PyObject *value = PyLong_FromUnsignedLong(*number);
    int failed = !value || PyDict_SetItem(styles->link_numbers, link, value) < 0 ||
                 PyList_Append(styles->links, link) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

static int look_of(Styles *styles, PyObject *style, Look *look) {
    if (!PyTuple_Check(style) || PyTuple_GET_SIZE(style) < NUMBERS) {
        PyErr_SetString(PyExc_TypeError, "not a style");
        return -1;
    }
    long values[NUMBERS];
    for (int n = 0; n < NUMBERS; n++) {
        values[n] = PyLong_AsLong(PyTuple_GET_ITEM(style, n));
        if (values[n] == -1 && PyErr_Occurred()) return -1;
    }
    look->fg = (int32_t)values[0];
    look->bg = (int32_t)values[1];
    look->flags = (uint16_t)values[2];
    look->underline = (uint16_t)values[3];
    look->underline_color = (int32_t)values[4];
    PyObject *link = PyTuple_GetSlice(style, NUMBERS, PyTuple_GET_SIZE(style));
    int result = link ? link_number(styles, link, &look->link) : -1;
    Py_XDECREF(link);
    return result;
}

static int start(Styles *styles) {
    styles_forget_numbers(styles);
    PyDict_Clear(styles->link_numbers);
    if (PyList_SetSlice(styles->links, 0, PY_SSIZE_T_MAX, NULL) < 0) return -1;
    PyObject *plain = PyObject_CallNoArgs(styles->make);
    if (!plain) return -1;
    Look look;
    uint32_t number;
    int result = look_of(styles, plain, &look);
    Py_DECREF(plain);
    return result < 0 ? -1 : styles_number(styles, &look, &number);
}

static PyObject *forget(PyObject *self, PyObject *nothing) {
    (void)nothing;
    return start((Styles *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *as_character(uint32_t number) {
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, &number, 1);
}

static PyObject *intern(PyObject *self, PyObject *style) {
    Look look;
    uint32_t number;
    if (look_of((Styles *)self, style, &look) < 0) return NULL;
    if (styles_number((Styles *)self, &look, &number) < 0) return NULL;
    return as_character(number);
}

static PyObject *style_of(PyObject *self, PyObject *character) {
    Styles *styles = (Styles *)self;
    if (!PyUnicode_Check(character) || PyUnicode_GET_LENGTH(character) != 1) {
        PyErr_SetString(PyExc_TypeError, "a style's number is one character");
        return NULL;
    }
    Py_UCS4 number = PyUnicode_READ_CHAR(character, 0);
    if ((Py_ssize_t)number >= styles->count) {
        PyErr_SetString(PyExc_IndexError, "no such style");
        return NULL;
    }
    const Look *look = &styles->looks[number];
    if ((Py_ssize_t)look->link >= PyList_GET_SIZE(styles->links)) {
        PyErr_SetString(PyExc_IndexError, "no such link");
        return NULL;
    }
    PyObject *numbers = Py_BuildValue("(llkkl)", (long)look->fg, (long)look->bg,
                                      (unsigned long)look->flags, (unsigned long)look->underline,
                                      (long)look->underline_color);
    if (!numbers) return NULL;
    PyObject *all = PySequence_Concat(numbers, PyList_GET_ITEM(styles->links, look->link));
    Py_DECREF(numbers);
    PyObject *style = all ? PyObject_CallObject(styles->make, all) : NULL;
    Py_XDECREF(all);
    return style;
}

static Py_ssize_t length(PyObject *self) { return ((Styles *)self)->count; }

/* Forgetting styles that no cell uses: the rows of a list, the scrollback, and some numbers. */

static int mark_rows(PyObject *rows, uint8_t *used, Py_ssize_t count) {
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(rows); n++) {
        if (!PyObject_TypeCheck(PyList_GET_ITEM(rows, n), &RowType)) {
            PyErr_SetString(PyExc_TypeError, "not a row");
            return -1;
        }
        Row *row = (Row *)PyList_GET_ITEM(rows, n);
        for (Py_ssize_t x = 0; x < row->style_size; x++)
            if (row->styles[x] < (uint32_t)count) used[row->styles[x]] = 1;
    }
    return 0;
}

static int mark_pens(PyObject *pens, uint8_t *used, Py_ssize_t count) {
    for (Py_ssize_t n = 0; n < PyUnicode_GET_LENGTH(pens); n++) {
        Py_UCS4 number = PyUnicode_READ_CHAR(pens, n);
        if ((Py_ssize_t)number < count) used[number] = 1;
    }
    return 0;
}

/* Keep the looks that are used, in their order, and their links; what numbers they get. */
static int keep(Styles *styles, const uint8_t *used, uint32_t *numbers) {
    Py_ssize_t count = styles->count;
    PyObject *links = styles->links;
    if (!(styles->links = PyList_New(0))) {
        styles->links = links;
        return -1;
    }
    PyDict_Clear(styles->link_numbers);
    styles_forget_numbers(styles);
    int failed = 0;
    uint32_t before = UNKNOWN, after = 0; /* most styles have the link of the one before */
    for (Py_ssize_t n = 0; n < count && !failed; n++) {
        if (n != PLAIN && !used[n]) continue;
        Look look = styles->looks[n];
        if (look.link != before) {
            before = look.link;
            failed = link_number(styles, PyList_GET_ITEM(links, before), &after) < 0;
        }
        look.link = after;
        failed = failed || styles_number(styles, &look, &numbers[n]) < 0;
    }
    Py_DECREF(links);
    return failed ? -1 : 0;
}

static void renumber_rows(PyObject *rows, const uint32_t *numbers, Py_ssize_t count) {
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(rows); n++) {
        Row *row = (Row *)PyList_GET_ITEM(rows, n);
        for (Py_ssize_t x = 0; x < row->style_size; x++)
            row->styles[x] = row->styles[x] < (uint32_t)count ? numbers[row->styles[x]] : PLAIN;
    }
}

static PyObject *renumbered(PyObject *pens, const uint32_t *numbers, Py_ssize_t count) {
    Py_ssize_t size = PyUnicode_GET_LENGTH(pens);
    uint32_t *after = PyMem_Malloc((size_t)size * sizeof(uint32_t) + 1);
    if (!after) return PyErr_NoMemory();
    for (Py_ssize_t n = 0; n < size; n++) {
        Py_UCS4 number = PyUnicode_READ_CHAR(pens, n);
        after[n] = (Py_ssize_t)number < count ? numbers[number] : PLAIN;
    }
    PyObject *text = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, after, size);
    PyMem_Free(after);
    return text;
}

static PyObject *collect(PyObject *self, PyObject *arguments) {
    Styles *styles = (Styles *)self;
    PyObject *rows, *history, *pens, *result = NULL;
    if (!PyArg_ParseTuple(
            arguments, "O!O!U:collect", &PyList_Type, &rows, &HistoryType, &history, &pens))
        return NULL;
    Py_ssize_t count = styles->count;
    uint8_t *used = PyMem_Calloc((size_t)count, 1);
    uint32_t *numbers = PyMem_Calloc((size_t)count, sizeof(uint32_t));
    if (!used || !numbers)
        PyErr_NoMemory();
    else if (mark_rows(rows, used, count) == 0 && mark_pens(pens, used, count) == 0) {
        history_mark_styles((History *)history, used, count);
        if (keep(styles, used, numbers) == 0) {
            renumber_rows(rows, numbers, count);
            history_renumber((History *)history, numbers, count);
            result = renumbered(pens, numbers, count);
        }
    }
    PyMem_Free(used);
    PyMem_Free(numbers);
    return result;
}

static PyObject *make_new(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    (void)named;
    PyObject *make;
    if (!PyArg_ParseTuple(arguments, "O:Styles", &make)) return NULL;
    Styles *styles = (Styles *)type->tp_alloc(type, 0);
    if (!styles) return NULL;
    styles->make = Py_NewRef(make);
    styles->links = PyList_New(0);
    styles->link_numbers = PyDict_New();
    if (!styles->links || !styles->link_numbers || start(styles) < 0) Py_CLEAR(styles);
    return (PyObject *)styles;
}

static int traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(((Styles *)self)->make);
    Py_VISIT(((Styles *)self)->links);
    Py_VISIT(((Styles *)self)->link_numbers);
    return 0;
}

static void dealloc(PyObject *self) {
    Styles *styles = (Styles *)self;
    PyObject_GC_UnTrack(self);
    Py_CLEAR(styles->make);
    Py_CLEAR(styles->links);
    Py_CLEAR(styles->link_numbers);
    PyMem_Free(styles->looks);
    PyMem_Free(styles->slots);
    styles_forget_palette(styles);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef methods[] = {
    {"intern", intern, METH_O, "The character that stands for a style."},
    {"forget", forget, METH_NOARGS, "Keep only the plain style."},
    {"collect", collect, METH_VARARGS,
     "Forget styles that neither rows, scrollback nor pens use; the pens' new characters."},
    {0},
};

static PyMappingMethods mapping = {.mp_length = length, .mp_subscript = style_of};

PyTypeObject StylesType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "contui.tui.terminal._core.Styles",
    .tp_doc = "Numbers styles; see styles.StyleTable.",
    .tp_basicsize = sizeof(Styles),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = make_new,
    .tp_traverse = traverse,
    .tp_dealloc = dealloc,
    .tp_as_mapping = &mapping,
    .tp_methods = methods,
};
