/* Looks of cells, numbered: how the number of a look is found, and given to a new one. */
#include "core.h"

#define MOST_STYLES 0x10F000 /* as in styles.py */

static uint32_t hash_of(const Look *look) {
    uint64_t colors = (uint32_t)look->fg | (uint64_t)(uint32_t)look->bg << 32;
    uint64_t rest = look->flags | (uint64_t)look->underline << 16 |
                    (uint64_t)(uint32_t)(look->underline_color + 1) << 32;
    uint64_t hash = (colors ^ rest * 0x94D049BB133111EBu) * 0x9E3779B97F4A7C15u;
    hash = (hash ^ hash >> 32 ^ look->link) * 0xBF58476D1CE4E5B9u;
    return (uint32_t)(hash >> 32);
}

static int same(const Look *one, const Look *other) {
    return one->fg == other->fg && one->bg == other->bg && one->flags == other->flags &&
           one->underline == other->underline &&
           one->underline_color == other->underline_color && one->link == other->link;
}

/* Looks of two palette colours and nothing else, which is what programs use most, are found by
 * their colours: for each foreground that occurs, the numbers by background, or UNKNOWN. */
static int is_two_colors(const Look *look) {
    return (uint32_t)(look->fg + 1) <= PALETTE && (uint32_t)(look->bg + 1) <= PALETTE &&
           look->flags == 0 && look->underline == 0 && look->underline_color == -1 &&
           look->link == 0;
}

static uint32_t *make_palette_row(Styles *styles, int32_t fg) {
    size_t size = (PALETTE + 1) * sizeof(uint32_t);
    uint32_t *row = PyMem_Malloc(size);
    if (!row) {
        PyErr_NoMemory();
        return NULL;
    }
    return styles->palette[fg + 1] = memset(row, 0xFF, size);
}

/* The number of such a look; plain when there are too many. It is written down before it is
 * known whether it is new, so that no branch waits for memory. */
static int number_two_colors(Styles *styles, const Look *look, uint32_t *number) {
    uint32_t *row = styles->palette[look->fg + 1], next = (uint32_t)styles->count;
    if (!row && !(row = make_palette_row(styles, look->fg))) return -1;
    uint32_t known = row[look->bg + 1];
    if (next >= MOST_STYLES) {
        *number = known == UNKNOWN ? PLAIN : known;
        return 0;
    }
    styles->looks[next] = *look;
    styles->count += known == UNKNOWN;
    *number = row[look->bg + 1] = known == UNKNOWN ? next : known;
    return 0;
}

/* Free what such looks are found by. */
void styles_forget_palette(Styles *styles) {
    for (int n = 0; n <= PALETTE; n++) {
        PyMem_Free(styles->palette[n]);
        styles->palette[n] = NULL;
    }
}

/* All other looks are in a hash table. */
static void enter(Styles *styles, uint32_t number, uint32_t hash) {
    size_t at = hash & styles->mask;
    while (styles->slots[at].number != UNKNOWN) at = (at + 1) & styles->mask;
    styles->slots[at] = (Slot){number, hash};
}

/* The number of a look in the hash table; UNKNOWN when it is not there. */
static uint32_t find(const Styles *styles, const Look *look, uint32_t hash) {
    for (size_t at = hash & styles->mask; styles->hashed; at = (at + 1) & styles->mask) {
        Slot slot = styles->slots[at];
        if (slot.number == UNKNOWN) break;
        if (slot.hash == hash && same(&styles->looks[slot.number], look)) return slot.number;
    }
    return UNKNOWN;
}

static int grow_slots(Styles *styles) {
    size_t before = styles->slots ? styles->mask + 1 : 0, size = before ? before * 2 : 64;
    Slot *old = styles->slots, *slots = PyMem_Malloc(size * sizeof(Slot));
    if (!slots) {
        PyErr_NoMemory();
        return -1;
    }
    memset(slots, 0xFF, size * sizeof(Slot));
    styles->slots = slots;
    styles->mask = size - 1;
    for (size_t n = 0; n < before; n++)
        if (old[n].number != UNKNOWN) enter(styles, old[n].number, old[n].hash);
    PyMem_Free(old);
    return 0;
}

static int grow_looks(Styles *styles) {
    Py_ssize_t room = styles->room ? styles->room * 2 : 32;
    Look *looks = PyMem_Realloc(styles->looks, (size_t)room * sizeof(Look));
    if (!looks) {
        PyErr_NoMemory();
        return -1;
    }
    styles->looks = looks;
    styles->room = room;
    return 0;
}

/* The number of a look; plain when there are too many. */
int styles_number(Styles *styles, const Look *look, uint32_t *number) {
    if (styles->count == styles->room && grow_looks(styles) < 0) return -1;
    if (is_two_colors(look)) return number_two_colors(styles, look, number);
    uint32_t hash = hash_of(look);
    if ((*number = find(styles, look, hash)) != UNKNOWN) return 0;
    *number = PLAIN;
    if (styles->count >= MOST_STYLES) return 0;
    size_t size = styles->slots ? styles->mask + 1 : 0;
    if ((styles->hashed + 1) * 4 > size * 3 && grow_slots(styles) < 0) return -1;
    *number = (uint32_t)styles->count++;
    styles->looks[*number] = *look;
    styles->hashed++;
    enter(styles, *number, hash);
    return 0;
}

void styles_forget_numbers(Styles *styles) {
    styles->count = 0;
    styles->hashed = 0;
    styles_forget_palette(styles);
    if (styles->slots) memset(styles->slots, 0xFF, (styles->mask + 1) * sizeof(Slot));
}

/* The number of a style's background alone, which erased cells take. */
int styles_blank(Styles *styles, uint32_t number, uint32_t *blank) {
    *blank = PLAIN;
    if (number == PLAIN || number >= (uint32_t)styles->count) return 0;
    Look look = {.fg = -1, .bg = styles->looks[number].bg, .underline_color = -1};
    return styles_number(styles, &look, blank);
}
