/* Bytes to cells: the parser's ground state, see stream.py.
 *
 * Takes UTF-8 text, C0 controls and whole sequences. What is not done here is called in Python,
 * a whole sequence or a run of text at a time. The first thing that is cut off or irregular ends
 * a run; stream.py goes on from there and comes back.
 */
#include "core.h"

static PyObject *draw_name;

static int after_python(Run *run, PyObject *result) {
    run->simple = screen_is_simple(run->screen);
    if (!result) return FAILED;
    Py_DECREF(result);
    return DONE;
}

int run_dispatch(Run *run, const uint8_t *at, Py_ssize_t size) {
    PyObject *sequence = PyUnicode_DecodeUTF8((const char *)at, size, "replace");
    PyObject *result = sequence ? PyObject_CallOneArg(run->dispatch, sequence) : NULL;
    Py_XDECREF(sequence);
    return after_python(run, result);
}

/* Give Python text to draw. */
static int draw(Run *run, const uint8_t *at, Py_ssize_t size) {
    PyObject *text = PyUnicode_DecodeUTF8((const char *)at, size, "replace");
    PyObject *result =
        text ? PyObject_CallMethodOneArg((PyObject *)run->screen, draw_name, text) : NULL;
    Py_XDECREF(text);
    return after_python(run, result);
}

/* UTF-8. */

#define INVALID UINT32_MAX

/* Decode a character that is not ASCII: its size; 0 when it is cut off by the end. What is not
 * UTF-8 is INVALID, of the size of one replacement character (Unicode 15, section 3.9). */
static int decode(const uint8_t *at, const uint8_t *end, uint32_t *code) {
    uint8_t lead = *at;
    *code = INVALID;
    if (lead < 0xC2 || lead > 0xF4) return 1;
    int size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    uint32_t value = lead & (0x7F >> size);
    for (int n = 1; n < size; n++) {
        if (at + n >= end) return 0;
        if (at[n] < low || at[n] > high) return n;
        value = value << 6 | (at[n] & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    *code = value;
    return size;
}

static int is_ascii_text(uint8_t byte) { return byte >= 0x20 && byte < 0x7F; }

/* The end of a run of printable ASCII. */
static const uint8_t *ascii_end(const uint8_t *at, const uint8_t *end) {
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        uint64_t low = eight - 0x2020202020202020u, high = eight + 0x0101010101010101u;
        if ((low | high | eight) & 0x8080808080808080u) break;
        at += 8;
    }
    while (at < end && is_ascii_text(*at)) at++;
    return at;
}

const uint8_t *text_end(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        at = ascii_end(at, end);
        if (at >= end || *at < 0x80) break;
        uint32_t code;
        int size = decode(at, end, &code);
        if (size == 0 || (code >= 0x80 && code < 0xA0)) break;
        at += size;
    }
    return at;
}

/* One character that is not ASCII, on a simple screen. */
static int take_character(Run *run, const uint8_t **at) {
    uint32_t code;
    int size = decode(*at, run->end, &code), result;
    if (size == 0) return CUT;
    if (code >= 0x80 && code < 0xA0) return IRREGULAR;
    if (code == INVALID) {
        result = write_character(run->screen, 0xFFFD, 1);
    } else {
        int width = widths_of(code);
        if (width < -1) return FAILED;
        result = width > 0 ? write_character(run->screen, code, width) : draw(run, *at, size);
    }
    *at += size;
    return result;
}

static int take_text(Run *run, const uint8_t **at) {
    Screen *s = run->screen;
    if (!run->simple || !s->autowrap) {
        const uint8_t *start = *at, *end = text_end(start, run->end);
        if (end == start) return take_character(run, at);
        if (!run->simple || s->wrap || end - start > s->columns - s->x) {
            *at = end;
            return draw(run, start, end - start);
        }
    }
    while (run->simple && *at < run->end) {
        int result;
        if (is_ascii_text(**at)) {
            const uint8_t *start = *at;
            *at = ascii_end(start, run->end);
            result = write_ascii(s, start, *at - start);
        } else if (**at & 0x80) {
            result = take_character(run, at);
        } else {
            return DONE;
        }
        if (result != DONE) return result;
    }
    return DONE;
}

/* C0 controls. */
static int take_control(Run *run, const uint8_t **at) {
    Screen *s = run->screen;
    const uint8_t *start = *at;
    int crlf = *start == '\r' && run->end - start > 1 && start[1] == '\n';
    *at += 1 + crlf;
    if (crlf && run->simple) return screen_crlf(s);
    if (run->simple) switch (*start) {
        case '\n':
        case '\v':
        case '\f':
            return screen_index(s);
        case '\r':
            s->x = 0;
            s->wrap = 0;
            return DONE;
        case '\b':
            if (s->wrap || s->x == 0) break;
            s->x--;
            return DONE;
        case '\t':
            if (!s->tabstops || !PyAnySet_Check(s->tabstops)) break;
            return screen_tab(s);
        case 0x0E:
        case 0x0F:
            if (charsets_shift(s, *start == 0x0E) == NOT_MINE) break;
            return DONE;
        }
    return run_dispatch(run, start, *at - start);
}

static int take(Run *run, const uint8_t **at) {
    uint8_t byte = **at;
    if (byte == 0x1B) return take_escape(run, at);
    if (byte < 0x20 || byte == 0x7F) return take_control(run, at);
    return take_text(run, at);
}

/* Screen.run(data, dispatch): takes bytes; how many. Inverted, when an irregular sequence comes
 * next; otherwise what may be left is cut off by the end. */
PyObject *screen_run(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    if (count != 2 || !PyBytes_Check(arguments[0])) {
        PyErr_SetString(PyExc_TypeError, "run takes bytes and what to call for sequences");
        return NULL;
    }
    if (!draw_name && !(draw_name = PyUnicode_InternFromString("draw"))) return NULL;
    const uint8_t *data = (const uint8_t *)PyBytes_AS_STRING(arguments[0]), *at = data;
    Run run = {(Screen *)self, arguments[1], data + PyBytes_GET_SIZE(arguments[0]), 0};
    run.simple = screen_is_simple(run.screen);
    int result = DONE;
    while (at < run.end && result == DONE) result = take(&run, &at);
    if (result == FAILED) return NULL;
    return PyLong_FromSsize_t(result == IRREGULAR ? ~(at - data) : at - data);
}
