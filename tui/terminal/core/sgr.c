/* SGR without colon forms, as apply_sgr in sgr.py does it. */
#include "core.h"

enum {
    BOLD = 1, FAINT = 2, ITALIC = 4, BLINK = 8, REVERSE = 16, CONCEAL = 32, STRIKE = 64,
    OVERLINE = 128, PROTECTED = 256, /* as in styles.py */
};
#define RGB 0x1000000
#define DEFAULT (-1)

/* What is left of the parameters. */
typedef struct {
    const int *at, *end;
} Parameters;

/* The next parameter; -1 when there is none. */
static int next(Parameters *all) { return all->at < all->end ? *all->at++ : -1; }

static int level(Parameters *all) {
    int value = next(all);
    return value < 0 ? 0 : value;
}

/* The colour after 38, 48 or 58; its parameters are taken even when it is none. */
static void set_color(Parameters *all, int32_t *color) {
    int kind = next(all);
    if (kind == 5) {
        int index = next(all);
        if (index >= 0 && index <= 255) *color = index;
    } else if (kind == 2) {
        int red = level(all), green = level(all), blue = level(all);
        if (red <= 255 && green <= 255 && blue <= 255)
            *color = RGB | red << 16 | green << 8 | blue;
    }
}

static void set_flag(Look *look, int code) {
    static const uint16_t on[] = {0, BOLD, FAINT, ITALIC, 0, BLINK, BLINK, REVERSE, CONCEAL, STRIKE};
    static const uint16_t off[] = {BOLD | FAINT, ITALIC, 0, BLINK, 0, REVERSE, CONCEAL, STRIKE};
    if (code < 10)
        look->flags |= on[code];
    else if (code >= 22 && code <= 29)
        look->flags &= (uint16_t)~off[code - 22];
    else if (code == 53)
        look->flags |= OVERLINE;
    else if (code == 55)
        look->flags &= (uint16_t)~OVERLINE;
}

void sgr_apply(Look *look, const int *numbers, int count) {
    Parameters all = {numbers, numbers + count};
    int code;
    while ((code = next(&all)) >= 0) {
        if (code == 0) {
            look->fg = look->bg = look->underline_color = DEFAULT;
            look->flags &= PROTECTED;
            look->underline = 0;
        } else if (code >= 30 && code <= 37)
            look->fg = code - 30;
        else if (code >= 40 && code <= 47)
            look->bg = code - 40;
        else if (code >= 90 && code <= 97)
            look->fg = code - 82;
        else if (code >= 100 && code <= 107)
            look->bg = code - 92;
        else if (code == 38)
            set_color(&all, &look->fg);
        else if (code == 48)
            set_color(&all, &look->bg);
        else if (code == 58)
            set_color(&all, &look->underline_color);
        else if (code == 39)
            look->fg = DEFAULT;
        else if (code == 49)
            look->bg = DEFAULT;
        else if (code == 59)
            look->underline_color = DEFAULT;
        else if (code == 4)
            look->underline = 1;
        else if (code == 21)
            look->underline = 2;
        else if (code == 24)
            look->underline = 0;
        else
            set_flag(look, code);
    }
}
