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
#define REVISION 3

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
void row_settle(Row *row);
int row_renew(PyObject *rows, Py_ssize_t n, Py_ssize_t columns, uint32_t fill);
PyObject *row_blank_rows(PyObject *module, PyObject *arguments);
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

/* looks.c: looks of cells, numbered. */
typedef struct {
    int32_t fg, bg, underline_color;
    uint32_t link; /* index of the rest of the tuple: link and its id */
    uint16_t flags;
    uint16_t underline;
} Look;

typedef struct {
    uint32_t number, hash;
} Slot;

#define PALETTE 256

typedef struct {
    PyObject_HEAD
    PyObject *make;  /* the named tuple's class */
    PyObject *links; /* list of tuples: what follows the numbers in a style */
    PyObject *link_numbers;
    Look *looks;
    Py_ssize_t count, room; /* of looks */
    Slot *slots; /* hash table of numbers, at most three quarters full */
    size_t mask, hashed;
    uint32_t *palette[PALETTE + 1]; /* by foreground from -1 up; see looks.c */
} Styles;

int styles_number(Styles *styles, const Look *look, uint32_t *number);
int styles_blank(Styles *styles, uint32_t number, uint32_t *blank);
/* Forget every number; the looks stay where they are until new ones take their places. */
void styles_forget_numbers(Styles *styles);
void styles_forget_palette(Styles *styles);

/* styles.c: the same to Python. */
extern PyTypeObject StylesType;

/* sgr.c */
void sgr_apply(Look *look, const int *numbers, int count);

/* widths.c */
int widths_of(uint32_t code); /* 0, 1, 2; -1 where Python has to look; -2 with an exception */

/* screen.c: the state of a screen. */
typedef struct {
    PyObject_HEAD
    int x, y, columns, lines, top, bottom, left, right, limit, last_x;
    long long scrolled, syncs;
    int left_set; /* which of G0 to G3 text is in */
    char wrap, autowrap, origin;
    char line_drawing; /* text is in that set, and all else is simple */
    uint32_t pen;
    uint32_t look_of; /* the pen whose look is in `look`; UNKNOWN for none */
    Look look;
    uint32_t last; /* the last character written; last_size is its cells, 0 for none */
    int last_size;
    PyObject *rows, *last_row, *history, *page, *main, *tabstops, *charsets, *styles, *mode;
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

/* What became of a sequence. NOT_MINE leaves it to Python; what is IRREGULAR, or CUT off by the
 * end, ends a run. */
enum { DONE = 0, FAILED = -1, NOT_MINE = 1, IRREGULAR = -2, CUT = -3 };

/* editing.c: the CSI sequences done here that move and edit. */
int csi_run(Screen *screen, uint8_t final, const int *numbers, int count);

/* modes.c */
int modes_switch(Screen *screen, const int *modes, int count, int on);
int modes_switch_ansi(Screen *screen, const int *modes, int count, int on);

/* charsets.c */
const uint32_t *charsets_line_drawing(void);
int charsets_designate(Screen *screen, int slot, uint8_t set);
int charsets_shift(Screen *screen, int slot);

/* writing.c: text that goes straight to the rows. */
int write_ascii(Screen *screen, const uint8_t *text, Py_ssize_t count);
int write_character(Screen *screen, uint32_t code, int width);

/* stream.c: bytes in. */
typedef struct {
    Screen *screen;
    PyObject *dispatch; /* takes a whole sequence, as a str */
    const uint8_t *end; /* of the bytes */
    int simple; /* whether text and sequences may be done here */
} Run;

PyObject *screen_run(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
/* Give Python a whole sequence of ASCII characters. */
int run_dispatch(Run *run, const uint8_t *at, Py_ssize_t size);
/* The end of a run of text: at a control, or at a character that is cut off. */
const uint8_t *text_end(const uint8_t *at, const uint8_t *end);

/* escapes.c: what begins with ESC. */
int take_escape(Run *run, const uint8_t **at);

#endif
