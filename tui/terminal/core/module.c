/* The module contui.tui.terminal._core. */
#include "core.h"

static PyMethodDef functions[] = {
    {"blank_rows", row_blank_rows, METH_VARARGS, "Make every row of a list an empty one."},
    {0},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_core",
    .m_doc = "The compiled core of the terminal emulator.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__core(void) {
    static const struct {
        const char *name;
        PyTypeObject *type;
    } types[] = {
        {"Row", &RowType}, {"History", &HistoryType}, {"Styles", &StylesType},
        {"ScreenBase", &ScreenType},
    };
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    for (size_t n = 0; n < sizeof types / sizeof *types; n++) {
        if (PyType_Ready(types[n].type) < 0 ||
            PyModule_AddObjectRef(module, types[n].name, (PyObject *)types[n].type) < 0) {
            Py_DECREF(module);
            return NULL;
        }
    }
    if (PyModule_AddIntConstant(module, "REVISION", REVISION) < 0) Py_CLEAR(module);
    return module;
}
