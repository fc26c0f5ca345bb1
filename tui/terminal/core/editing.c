/* The CSI sequences done here, while the screen is simple: see motion.py, editing.py and
 * Switches.set_margins in switches.py. */
#include "core.h"

static int least(int64_t one, int64_t other) { return (int)(one < other ? one : other); }
static int most(int64_t one, int64_t other) { return (int)(one > other ? one : other); }

/* Cursor movement: 1 when `final` is none. */
static int move(Screen *s, uint8_t final, int64_t count) {
    switch (final) {
    case 'A':
    case 'F':
        s->y = most(s->y - count, s->y >= s->top ? s->top : 0);
        if (final == 'F') s->x = 0;
        break;
    case 'B':
    case 'E':
        s->y = least(s->y + count, s->y <= s->bottom ? s->bottom : s->lines - 1);
        if (final == 'E') s->x = 0;
        break;
    case 'C':
    case 'a':
        s->x = least(s->x + count, s->columns - 1);
        break;
    case 'D': /* to the line above goes Python, which knows about reverse wrap */
        if (s->wrap || count > s->x) return NOT_MINE;
        s->x -= (int)count;
        break;
    case 'G':
    case '`':
        s->x = least(count - 1, s->columns - 1);
        break;
    case 'd':
        s->y = least(count - 1, s->lines - 1);
        break;
    case 'e':
        s->y = least(s->y + count, s->lines - 1);
        break;
    default:
        return NOT_MINE;
    }
    s->wrap = 0;
    return DONE;
}

static int position(Screen *s, int64_t line, int64_t column) {
    s->y = least(line - 1, s->lines - 1);
    s->x = least(column - 1, s->columns - 1);
    s->wrap = 0;
    return DONE;
}

static int erase(Screen *s, int y, int start, int end, uint32_t fill) {
    Row *row = screen_row(s, y);
    if (!row) return FAILED;
    if (end >= s->columns) row->wrapped = 0;
    return row_erase(row, start, end, fill);
}

static int erase_in_line(Screen *s, int how, uint32_t fill) {
    int start = s->x + s->wrap;
    if (how == 0) return start < s->columns ? erase(s, s->y, start, s->columns, fill) : DONE;
    if (how == 1) return erase(s, s->y, 0, s->x + 1, fill);
    return how == 2 ? erase(s, s->y, 0, s->columns, fill) : DONE;
}

static int erase_in_display(Screen *s, int how, uint32_t fill) {
    if (how > 2) return how == 3 ? NOT_MINE : DONE;
    if (how < 2 && erase_in_line(s, how, fill) < 0) return FAILED;
    int first = how == 0 ? s->y + 1 : 0, end = how == 1 ? s->y : s->lines;
    for (int y = first; y < end; y++)
        if (erase(s, y, 0, s->columns, fill) < 0) return FAILED;
    return DONE;
}

/* ECH, ICH, DCH. */
static int edit_cells(Screen *s, uint8_t final, int64_t count, uint32_t fill) {
    s->wrap = 0;
    Py_CLEAR(s->last_row);
    if (final == 'X') return erase(s, s->y, s->x, least(s->x + count, s->columns), fill);
    Row *row = screen_row(s, s->y);
    if (!row) return FAILED;
    row->wrapped = 0;
    return (final == '@' ? row_insert : row_delete)(row, s->x, (Py_ssize_t)count, s->columns, fill);
}

/* IL, DL: nothing when the cursor is outside the region. */
static int edit_lines(Screen *s, uint8_t final, int count) {
    if (s->y < s->top || s->y > s->bottom) return DONE;
    s->x = 0;
    s->wrap = 0;
    return final == 'L' ? screen_scroll_down(s, s->y, count) : screen_scroll_up(s, s->y, count, 0);
}

static int set_margins(Screen *s, int top, int bottom) {
    int first = (top ? top : 1) - 1, last = least(bottom ? bottom : s->lines, s->lines) - 1;
    if (first >= last) return DONE;
    s->top = first;
    s->bottom = last;
    return position(s, 1, 1);
}

static int repeat_ascii(Screen *s, int count) {
    uint8_t text[64];
    memset(text, (int)s->last, sizeof text);
    for (; count > 0; count -= (int)sizeof text)
        if (write_ascii(s, text, least(count, sizeof text)) < 0) return FAILED;
    return DONE;
}

/* REP of a narrow character, where the cursor still is behind it and the pen is the same. */
static int repeat(Screen *s, int64_t count) {
    if (s->last_size != 1 || s->last < 0x20 || !s->autowrap) return NOT_MINE;
    int is_ascii = s->last < 0x7F, width = is_ascii ? 1 : widths_of(s->last);
    if (width != 1) return width < -1 ? FAILED : NOT_MINE;
    int clamped = s->wrap && s->x == s->columns - 1 && s->last_x == s->x + 1;
    Row *row = screen_row(s, s->y);
    if (!row) return FAILED;
    if (!(clamped || s->last_x == s->x) || s->last_row != (PyObject *)row) return DONE;
    if (s->last_x < 1 || s->last_x > row->size || row->styles[s->last_x - 1] != s->pen)
        return DONE;
    count = least(count, (int64_t)s->columns * s->lines);
    if (is_ascii) return repeat_ascii(s, (int)count);
    for (uint32_t code = s->last; count > 0; count--)
        if (write_character(s, code, 1) < 0) return FAILED;
    return DONE;
}

/* Run ``CSI numbers final``; `count` numbers, those left out being 0. */
int csi_run(Screen *s, uint8_t final, const int *numbers, int count) {
    int first = count > 0 ? numbers[0] : 0, second = count > 1 ? numbers[1] : 0;
    int once = first ? first : 1;
    uint32_t fill;
    switch (final) {
    case 'H':
    case 'f':
        return position(s, once, second ? second : 1);
    case 'J':
    case 'K':
        if (screen_fill(s, &fill) < 0) return FAILED;
        return final == 'K' ? erase_in_line(s, first, fill) : erase_in_display(s, first, fill);
    case 'X':
    case '@':
    case 'P':
        if (screen_fill(s, &fill) < 0) return FAILED;
        return edit_cells(s, final, once, fill);
    case 'L':
    case 'M':
        return edit_lines(s, final, once);
    case 'S':
        return screen_scroll_up(s, s->top, once, 1);
    case 'T':
        return count > 1 ? NOT_MINE : screen_scroll_down(s, s->top, once);
    case 'r':
        return set_margins(s, first, second);
    case 'b':
        return repeat(s, once);
    default:
        return move(s, final, once);
    }
}
