/* The compiled core of the terminal emulator: what its parts share.
 *
 * It holds the state that nearly every byte of output touches (cells, cursor, margins, pen,
 * scrollback) and runs the common sequences; everything else is called in Python, whose modules
 * are the specification: for any input both give the same terminal. Python sees the same
 * attributes with and without it.
 */
#ifndef CONTUI_CORE_H
#define CONTUI_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>

/* Goes up with every change of what Python calls here; see compiled.py. */
#define REVISION 2

#define WIDE_TAIL 0
#define PLAIN 0
#define UNKNOWN UINT32_MAX

/* row.c: a line of cells. */
typedef struct {
    PyObject_HEAD
    uint32_t *text;   /* one block with styles, `room` cells each; NULL while room is 0 */
    uint32_t *styles; /* style numbers */
    Py_ssize_t size;  /* cells of text that are stored */
    Py_ssize_t style_size; /* cells of styles; differs from size only while Python assigns */
    Py_ssize_t room;
    PyObject *cache; /* the drawer's; NULL stands for None */
    char wrapped;
    char stretch; /* how the line is shown; see rows.py */
} Row;

extern PyTypeObject RowType;
Row *row_new(void);
void row_settle(Row *row);
void row_blank(Row *row);
int row_fill(Row *row, Py_ssize_t columns, uint32_t fill);
int row_open(Row *row, Py_ssize_t start, Py_ssize_t count);
int row_erase(Row *row, Py_ssize_t start, Py_ssize_t end, uint32_t fill);
int row_insert(Row *row, Py_ssize_t start, Py_ssize_t count, Py_ssize_t limit, uint32_t fill);
int row_delete(Row *row, Py_ssize_t start, Py_ssize_t count, Py_ssize_t limit, uint32_t fill);

/* history.c: the scrollback. */
typedef struct History History;
extern PyTypeObject HistoryType;
int history_push(History *history, Row *row);
void history_mark_styles(History *history, uint8_t *used, Py_ssize_t count);
void history_renumber(History *history, const uint32_t *numbers, Py_ssize_t count);

/* styles.c: looks of cells, numbered. */
typedef struct {
    int32_t fg, bg, underline_color;
    uint32_t link; /* index of the rest of the tuple: link and its id */
    uint16_t flags;
    uint16_t underline;
} Look;

typedef struct {
    uint32_t number, hash;
} Slot;

typedef struct {
    PyObject_HEAD
    PyObject *make;      /* the named tuple's class */
    PyObject *links;     /* list of tuples: what follows the numbers in a style */
    PyObject *link_numbers;
    Look *looks;
    uint32_t *blanks;    /* number of the background alone; UNKNOWN until asked for */
    Slot *slots;         /* hash table of numbers, at most three quarters full */
    Py_ssize_t count, room;
    size_t mask;
} Styles;

extern PyTypeObject StylesType;
int styles_number(Styles *styles, const Look *look, uint32_t *number);
int styles_blank(Styles *styles, uint32_t number, uint32_t *blank);

/* sgr.c */
void sgr_apply(Look *look, const uint8_t *at, const uint8_t *end);

/* widths.c */
int widths_of(uint32_t code); /* 0, 1, 2; -1 where Python has to look; -2 with an exception */

/* screen.c: the state of a screen. */
typedef struct {
    PyObject_HEAD
    int x, y, columns, lines, top, bottom, left, right, limit, last_x;
    long long scrolled;
    char wrap, autowrap, origin;
    uint32_t pen;
    uint32_t look_of; /* the pen whose look is in `look`; UNKNOWN for none */
    Look look;
    uint32_t last; /* the last character written; last_size is its cells, 0 for none */
    int last_size;
    PyObject *rows, *last_row, *history, *page, *main, *tabstops, *charsets, *styles;
} Screen;

extern PyTypeObject ScreenType;
int screen_is_simple(Screen *screen);
Row *screen_row(Screen *screen, int y);
int screen_fill(Screen *screen, uint32_t *fill);
void screen_wrote(Screen *screen, Row *row);
int screen_scroll_up(Screen *screen, int top, int count, int keep);
int screen_scroll_down(Screen *screen, int top, int count);
int screen_index(Screen *screen);
int screen_reverse_index(Screen *screen);
int screen_crlf(Screen *screen);
int screen_tab(Screen *screen);

/* editing.c: the CSI sequences done here. NOT_MINE leaves one to Python. */
enum { DONE = 0, FAILED = -1, NOT_MINE = 1 };
int csi_run(Screen *screen, uint8_t final, const int *numbers, int count);

/* writing.c: text that goes straight to the rows. */
int write_ascii(Screen *screen, const uint8_t *text, Py_ssize_t count);
int write_character(Screen *screen, uint32_t code, int width);

/* stream.c: bytes in. */
PyObject *screen_run(PyObject *self, PyObject *const *arguments, Py_ssize_t count);

#endif
