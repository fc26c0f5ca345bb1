/* Escape sequences: which of them are done here, and what is left to Python; see stream.py. */
#include "core.h"

#define MANY 64              /* as in sequences.py */
#define LONGEST_SEQUENCE 512 /* as in sgr.py */
#define LARGEST 0x7FFFFFFFu  /* as in stream.py */

static int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

/* The value of many digits. */
static uint32_t large_number(const uint8_t *at, const uint8_t *end) {
    uint64_t value = 0;
    for (; at < end && value < LARGEST; at++) value = value * 10 + (*at - '0');
    return value < LARGEST ? (uint32_t)value : LARGEST;
}

/* Read ``[0-9;]*``; where it ends, at the latest at the NUL that ends every bytes object. Numbers
 * that are left out are 0. */
static const uint8_t *read_numbers(
    const uint8_t *at, int numbers[LONGEST_SEQUENCE], int *count) {
    const uint8_t *start = at;
    int n = 0;
    for (;; at++) {
        const uint8_t *first = at;
        uint32_t value = 0;
        while (is_digit(*at)) value = value * 10 + (*at++ - '0');
        numbers[n++] = (int)(at - first < 10 ? value : large_number(first, at));
        if (*at != ';' || n == LONGEST_SEQUENCE) break;
    }
    *count = at == start ? 0 : n;
    return at;
}

/* SGR without colons. */
static int set_pen(Screen *s, const int *numbers, int count) {
    Styles *styles = (Styles *)s->styles;
    if (s->look_of != s->pen) s->look = styles->looks[s->pen];
    sgr_apply(&s->look, numbers, count ? count : 1);
    int result = styles_number(styles, &s->look, &s->pen);
    /* With too many styles the pen is plain, which then is not what was asked for. */
    s->look_of = s->pen == PLAIN ? UNKNOWN : s->pen;
    return result;
}

/* A sequence whose parameters are numbers, perhaps after a ``?``. */
static int run_csi(Screen *s, uint8_t final, int private, const int *numbers, int count) {
    if (final == 'm' && !private) return set_pen(s, numbers, count);
    if (final == 'h' || final == 'l') {
        if (count > MANY) count = MANY;
        return (private ? modes_switch : modes_switch_ansi)(s, numbers, count, final == 'h');
    }
    return private ? NOT_MINE : csi_run(s, final, numbers, count);
}

static int take_csi(Run *run, const uint8_t **at) {
    const uint8_t *start = *at, *end = start + 2;
    int numbers[LONGEST_SEQUENCE], count, result = NOT_MINE;
    int private = end < run->end && *end == '?';
    end = read_numbers(end + private, numbers, &count);
    int known = end < run->end && *end >= 0x40;
    while (end < run->end && *end >= 0x30 && *end <= 0x3F) end++;
    while (end < run->end && *end >= 0x20 && *end <= 0x2F) end++;
    if (end >= run->end) return CUT;
    if (*end < 0x40 || *end > 0x7E) return IRREGULAR;
    *at = end + 1;
    if (*at - start > LONGEST_SEQUENCE) return DONE;
    if (known && run->simple) result = run_csi(run->screen, *end, private, numbers, count);
    return result == NOT_MINE ? run_dispatch(run, start, *at - start) : result;
}

/* OSC without anything odd in it, up to BEL or ST. */
static int take_osc(Run *run, const uint8_t **at) {
    const uint8_t *start = *at, *end = text_end(start + 2, run->end);
    if (end >= run->end || (end + 1 == run->end && *end == 0x1B)) return CUT;
    if (*end == 0x07)
        end++;
    else if (*end == 0x1B && end[1] == '\\')
        end += 2;
    else
        return IRREGULAR;
    *at = end;
    return run_dispatch(run, start, end - start);
}

/* An escape sequence of ESC, perhaps an intermediate, and a final character. */
static int run_short(Screen *s, uint8_t intermediate, uint8_t final) {
    static const int keypad[] = {66}; /* DECNKM */
    if (intermediate == '(' || intermediate == ')')
        return charsets_designate(s, intermediate == ')', final);
    if (intermediate) return NOT_MINE;
    switch (final) {
    case 'D':
        return screen_index(s);
    case 'M':
        return screen_reverse_index(s);
    case '=':
    case '>':
        return modes_switch(s, keypad, 1, final == '=');
    default:
        return NOT_MINE;
    }
}

/* ESC, intermediates, a final character. */
int take_escape(Run *run, const uint8_t **at) {
    const uint8_t *start = *at, *end = start + 1;
    if (end >= run->end) return CUT;
    if (*end == '[') return take_csi(run, at);
    if (*end == ']') return take_osc(run, at);
    while (end < run->end && *end >= 0x20 && *end <= 0x2F) end++;
    if (start[1] == '%') return IRREGULAR; /* may change the coding of what follows */
    if (end >= run->end) return CUT;
    if (*end < 0x30 || *end > 0x7E) return IRREGULAR;
    int between = (int)(end - start - 1), result = NOT_MINE;
    if (!between && (*end == 'P' || *end == 'X' || *end == '^' || *end == '_' || *end == 'k'))
        return IRREGULAR;
    *at = end + 1;
    if (*at - start > LONGEST_SEQUENCE) return DONE;
    if (run->simple && between < 2)
        result = run_short(run->screen, between ? start[1] : 0, *end);
    return result == NOT_MINE ? run_dispatch(run, start, *at - start) : result;
}
