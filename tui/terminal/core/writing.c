/* Text that goes straight to the rows: what writing.py does while the screen is simple. */
#include "core.h"

/* Go on at the start of the next line, remembering that it is the same line. */
static int wrap_line(Screen *s) {
    Row *row = screen_row(s, s->y);
    if (!row) return -1;
    int y = s->y;
    row->wrapped = 1;
    s->x = 0;
    /* Below the margins on the last line of the screen the cursor stays where it is. */
    int stays = y != s->bottom && y == s->lines - 1;
    if (screen_index(s) < 0) return -1;
    if (stays) row->wrapped = 0;
    return 0;
}

/* Write printable ASCII; wraps, and without autowrap must fit. */
int write_ascii(Screen *s, const uint8_t *text, Py_ssize_t count) {
    const uint32_t *glyphs = NULL;
    if (s->line_drawing && !(glyphs = charsets_line_drawing())) return -1;
    while (count > 0) {
        if (s->wrap && wrap_line(s) < 0) return -1;
        Py_ssize_t room = s->columns - s->x, part = count < room ? count : room;
        Row *row = screen_row(s, s->y);
        if (!row || row_open(row, s->x, part) < 0) return -1;
        uint32_t *cells = row->text + s->x, *styles = row->styles + s->x, pen = s->pen;
        for (Py_ssize_t n = 0; n < part; n++) {
            cells[n] = text[n];
            styles[n] = pen;
        }
        for (Py_ssize_t n = 0; glyphs && n < part; n++) cells[n] = glyphs[cells[n]];
        s->x += (int)part;
        s->last = cells[part - 1];
        s->last_size = 1;
        screen_wrote(s, row);
        text += part;
        count -= part;
    }
    return 0;
}

/* The last cell of the line stays empty; a wide character goes to the next line. */
static int skip_last_cell(Screen *s) {
    Row *row = screen_row(s, s->y);
    uint32_t fill;
    if (!row || screen_fill(s, &fill) < 0) return -1;
    if (s->x < row->size && row_erase(row, s->x, s->columns, fill) < 0) return -1;
    s->wrap = s->autowrap;
    return 0;
}

/* Write one character of one or two cells; autowrap is on, or it fits. */
int write_character(Screen *s, uint32_t code, int width) {
    s->last = code;
    s->last_size = width;
    if (s->wrap && wrap_line(s) < 0) return -1;
    if (s->columns - s->x < width) {
        if (s->columns < width) return 0;
        if (skip_last_cell(s) < 0) return -1;
        if (s->wrap && wrap_line(s) < 0) return -1;
    }
    Row *row = screen_row(s, s->y);
    if (!row || row_open(row, s->x, width) < 0) return -1;
    row->text[s->x] = code;
    row->styles[s->x] = s->pen;
    if (width == 2) {
        row->text[s->x + 1] = WIDE_TAIL;
        row->styles[s->x + 1] = s->pen;
    }
    s->x += width;
    screen_wrote(s, row);
    return 0;
}
