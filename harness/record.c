/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODES_MOST 64
#define TEXT_MOST 64 /* bytes of a field; the longest is an oif of 32 */

static const char *const fields[RECORD_FIELDS] = {"op", "destination", "mask", "gateway", "oif"};
static const char *const ops[RECORD_OPS] = {NULL, "create", "update", "delete"};
static const char *const marks[RECORD_MARKS] = {NULL, "end", "flush", "ignore"};
static const char *const formats[] = {"text", "network", "host", "little", "dotted"};

static int parse_number(const char *text, unsigned most, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *number = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= most ? 0 : -1;
}

static bool is_text(const struct record *r, enum record_field f)
{
    return r->field[f].format == RECORD_TEXT || r->field[f].format == RECORD_DOTTED;
}

/* Whether that field can be of its format and width. */
static int check_format(const struct record *r, enum record_field f, const struct value *v)
{
    if (r->field[f].format == RECORD_DOTTED && f != RECORD_MASK)
        return value_wrong(v, 2, "only a mask is dotted; an address as a text is text");
    if (is_text(r, f))
        return 0;
    if (r->field[f].width > 8)
        return value_wrong(v, 1, "expected a number of at most 8 bytes");
    return f == RECORD_OIF ? value_wrong(v, 2, "the interface is a text") : 0;
}

static int set_field(struct record *r, enum record_field f, const struct value *v)
{

    if (v->n != 3 || parse_number(v->at[0].text, RECORD_SIZE_MOST, &r->field[f].offset) < 0)
        return value_wrong(v, 0, "expected OFFSET WIDTH FORMAT, as 4 16 text");
    if (parse_number(v->at[1].text, TEXT_MOST, &r->field[f].width) < 0 || r->field[f].width == 0)
        return value_wrong(v, 1, "expected a width from 1 to 64 bytes");
    for (size_t i = 0; i < LENGTH(formats); i++) {
        if (strcmp(v->at[2].text, formats[i]) != 0)
            continue;
        r->field[f].format = (enum record_format)i;
        return check_format(r, f, v);
    }
    return value_wrong(v, 2,
                       "expected text, a number in network, host or little order, or dotted for a "
                       "mask as 255.255.0.0");
}

int record_set(struct record *r, const char *key, const struct value *v)
{
    if (strcmp(key, "size") == 0)
        return value_number(&r->size, v, "", RECORD_SIZE_MOST);
    for (int f = 0; f < RECORD_FIELDS; f++)
        if (strcmp(key, fields[f]) == 0)
            return set_field(r, (enum record_field)f, v);
    for (int op = OP_CREATE; op < RECORD_OPS; op++)
        if (strcmp(key, ops[op]) == 0)
            return value_text(&r->op[op], v);
    for (int mark = RECORD_END; mark < RECORD_MARKS; mark++)
        if (strcmp(key, marks[mark]) == 0)
            return value_words(&r->mark[mark], v);
    return value_wrong(v, 0,
                       "no such key in [record]; expected size, op, create, update, delete, "
                       "end, flush, ignore, destination, mask, gateway or oif");
}

static bool overlap(const struct record *r, int a, int b)
{
    return r->field[a].offset < r->field[b].offset + r->field[b].width &&
           r->field[b].offset < r->field[a].offset + r->field[a].width;
}

/* NULL, or why the code cannot stand in op. */
static const char *wrong_code(const struct record *r, const char *code)
{
    unsigned width = r->field[RECORD_OP].width;
    char *end;
    unsigned long long number = strtoull(code, &end, 0);

    if (r->field[RECORD_OP].format == RECORD_TEXT)
        return strlen(code) <= width ? NULL : "is longer than op";
    if (*code < '0' || *code > '9' || *end != '\0')
        return "is no number, and op is one";
    return width < 8 && number >> 8 * width != 0 ? "is larger than op" : NULL;
}

static bool same_code(const struct record *r, const char *a, const char *b)
{
    if (r->field[RECORD_OP].format == RECORD_TEXT)
        return strcmp(a, b) == 0;
    return strtoull(a, NULL, 0) == strtoull(b, NULL, 0);
}

/* A code and the key that names it. */
struct named {
    const char *key, *code;
};

static size_t list_codes(const struct record *r, struct named *out)
{
    size_t n = 0;

    for (int op = OP_CREATE; op < RECORD_OPS; op++)
        if (r->op[op] != NULL)
            out[n++] = (struct named){ops[op], r->op[op]};
    for (int mark = RECORD_END; mark < RECORD_MARKS; mark++)
        for (size_t i = 0; r->mark[mark] != NULL && r->mark[mark][i] != NULL && n < CODES_MOST; i++)
            out[n++] = (struct named){marks[mark], r->mark[mark][i]};
    return n;
}

/* One code for create and update means either; any other has one meaning. */
static bool clash(const struct record *r, const struct named *a, const struct named *b)
{
    return same_code(r, a->code, b->code) && a->key != b->key &&
           !(a->key == ops[OP_CREATE] && b->key == ops[OP_UPDATE]);
}

static void check_codes(const struct record *r, const char *file, struct diag *d)
{
    struct named all[CODES_MOST];
    size_t n = list_codes(r, all);
    int before = d->count;
    bool sound;

    for (int op = OP_CREATE; op < RECORD_OPS; op++)
        if (r->op[op] == NULL)
            diag_add(d, file, r->line, 1, "[record] has no %s: what stands in op for it", ops[op]);
    for (size_t i = 0; i < n && r->field[RECORD_OP].width > 0; i++) {
        const char *wrong = wrong_code(r, all[i].code);
        if (wrong != NULL)
            diag_add(d, file, r->line, 1, "[record] %s = %s %s", all[i].key, all[i].code, wrong);
    }
    sound = d->count == before;
    for (size_t i = 0; i < n && sound; i++)
        for (size_t k = 0; k < i; k++)
            if (clash(r, &all[k], &all[i]))
                diag_add(d, file, r->line, 1, "[record] %s is the code of %s, too", all[i].key,
                         all[k].key);
}

void record_check(const struct record *r, const char *file, struct diag *d)
{
    if (r->line == 0)
        return;
    check_codes(r, file, d);
    for (int f = 0; f < RECORD_FIELDS; f++) {
        if (r->field[f].width == 0)
            diag_add(d, file, r->line, 1, "[record] has no %s: expected OFFSET WIDTH FORMAT",
                     fields[f]);
        else if (r->field[f].offset + r->field[f].width > r->size)
            diag_add(d, file, r->line, 1, "[record] %s ends at %u, behind its size of %u bytes",
                     fields[f], r->field[f].offset + r->field[f].width, r->size);
        for (int g = 0; g < f; g++)
            if (overlap(r, f, g))
                diag_add(d, file, r->line, 1, "[record] %s and %s overlap", fields[g], fields[f]);
    }
}

void record_finish(struct record *r)
{
    for (int op = 0; op < RECORD_OPS; op++)
        free(r->op[op]);
    for (int mark = RECORD_END; mark < RECORD_MARKS; mark++)
        value_free_words(r->mark[mark]);
    *r = (struct record){0};
}

bool record_same(const struct record *a, const struct record *b)
{
    if (a->line == 0 || b->line == 0 || a->size != b->size ||
        memcmp(a->field, b->field, sizeof a->field) != 0)
        return false;
    for (int op = OP_CREATE; op < RECORD_OPS; op++)
        if (strcmp(a->op[op], b->op[op]) != 0)
            return false;
    return true;
}

/* Byte i of a number, its lowest first, lies here. */
static unsigned place(enum record_format format, unsigned width, unsigned i)
{
    bool little = format == RECORD_LITTLE ||
                  (format == RECORD_HOST && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

    return little ? i : width - 1 - i;
}

static const char *put(const struct record *r, enum record_field f, const char *text,
                       uint64_t number, uint8_t *bytes)
{
    unsigned width = r->field[f].width;
    uint8_t *at = bytes + r->field[f].offset;

    if (is_text(r, f)) {
        if (strlen(text) > width)
            return "a text that is longer than its field";
        memcpy(at, text, strlen(text));
        return NULL;
    }
    if (width < 8 && number >> 8 * width != 0)
        return "a number that is larger than its field";
    for (unsigned i = 0; i < width; i++)
        at[place(r->field[f].format, width, i)] = (uint8_t)(number >> 8 * i);
    return NULL;
}

/* A field as text: a number in decimal, or as an address. */
static void get(const struct record *r, enum record_field f, const uint8_t *bytes, char *out)
{
    const uint8_t *at = bytes + r->field[f].offset;
    unsigned width = r->field[f].width;
    uint64_t number = 0;

    if (is_text(r, f)) {
        memcpy(out, at, width);
        out[width] = '\0';
        return;
    }
    for (unsigned i = 0; i < width; i++)
        number |= (uint64_t)at[place(r->field[f].format, width, i)] << 8 * i;
    if ((f == RECORD_DESTINATION || f == RECORD_GATEWAY) && number >> 32 == 0)
        snprintf(out, TEXT_MOST + 1, "%u.%u.%u.%u", (unsigned)(number >> 24),
                 (unsigned)(number >> 16) & 255, (unsigned)(number >> 8) & 255,
                 (unsigned)number & 255);
    else
        snprintf(out, TEXT_MOST + 1, "%llu", (unsigned long long)number);
}

const char *record_put(const struct record *r, enum wire_op op, const struct route *route,
                       void *bytes)
{
    char line[72], dotted[16], *gateway, *oif, *mask;
    const char *wrong[RECORD_FIELDS];
    bool deletes = op == OP_DELETE;

    memset(bytes, 0, r->size);
    route_format(route, line);
    mask = strchr(line, '/') + 1;
    gateway = strchr(mask, ' ') + 1;
    oif = strchr(gateway, ' ') + 1;
    mask[-1] = gateway[-1] = oif[-1] = '\0';
    if (r->field[RECORD_MASK].format == RECORD_DOTTED) {
        mask_dot(mask, dotted, sizeof dotted);
        mask = dotted;
    }
    wrong[0] = put(r, RECORD_OP, r->op[op], strtoull(r->op[op], NULL, 0), bytes);
    wrong[1] = put(r, RECORD_DESTINATION, line, route->destination, bytes);
    wrong[2] = put(r, RECORD_MASK, mask, route->mask, bytes);
    wrong[3] = deletes ? NULL : put(r, RECORD_GATEWAY, gateway, route->gateway, bytes);
    wrong[4] = deletes ? NULL : put(r, RECORD_OIF, oif, 0, bytes);
    for (int f = 0; f < RECORD_FIELDS; f++)
        if (wrong[f] != NULL)
            return wrong[f];
    return NULL;
}

bool record_put_mark(const struct record *r, enum record_kind kind, void *bytes)
{
    const char *code = r->mark[kind] != NULL ? r->mark[kind][0] : NULL;

    memset(bytes, 0, r->size);
    return code != NULL && put(r, RECORD_OP, code, strtoull(code, NULL, 0), bytes) == NULL;
}

static bool is_code(const struct record *r, enum wire_op op, const char *text)
{
    return same_code(r, text, r->op[op]);
}

enum record_kind record_kind(const struct record *r, const void *bytes, char *code)
{
    get(r, RECORD_OP, bytes, code);
    for (int op = OP_CREATE; op < RECORD_OPS; op++)
        if (is_code(r, (enum wire_op)op, code))
            return RECORD_CHANGE;
    for (int mark = RECORD_END; mark < RECORD_MARKS; mark++)
        for (size_t i = 0; r->mark[mark] != NULL && r->mark[mark][i] != NULL; i++)
            if (same_code(r, code, r->mark[mark][i]))
                return (enum record_kind)mark;
    return RECORD_UNKNOWN;
}

/* Brings the mask to the number of its bits. NULL, or what is wrong with it. */
static char *read_mask(const struct record *r, char *mask)
{
    bool dotted = strchr(mask, '.') != NULL;
    char *shown = x_strdup(mask), *why = NULL;
    const char *holes = mask_count(mask);

    if (holes != NULL)
        why = x_printf("its mask is \"%s\", which %s (TBL-12)", shown, holes);
    else if (dotted != (r->field[RECORD_MASK].format == RECORD_DOTTED))
        why = x_printf("its mask is \"%s\"; for that its format is %s", shown,
                       dotted ? "dotted" : "text");
    free(shown);
    return why;
}

char *record_get(const struct record *r, const void *bytes, enum wire_op *op, struct route *route)
{
    char text[RECORD_FIELDS][TEXT_MOST + 1], prefix[2 * TEXT_MOST + 2];
    const char *wrong;
    char *why;

    for (int f = 0; f < RECORD_FIELDS; f++)
        get(r, (enum record_field)f, bytes, text[f]);
    *op = OP_NONE;
    for (int code = OP_CREATE; code < RECORD_OPS && *op == OP_NONE; code++)
        if (is_code(r, (enum wire_op)code, text[RECORD_OP]))
            *op = (enum wire_op)code;
    if (*op == OP_NONE)
        return x_printf("op is %s, no change", text[RECORD_OP]);
    why = read_mask(r, text[RECORD_MASK]);
    if (why != NULL)
        return why;
    snprintf(prefix, sizeof prefix, "%s/%s", text[RECORD_DESTINATION], text[RECORD_MASK]);
    wrong = *op == OP_DELETE ? route_parse_prefix(prefix, route)
                             : route_parse(prefix, text[RECORD_GATEWAY], text[RECORD_OIF], route);
    if (wrong != NULL)
        return x_printf("no %s that chapter 1 knows: %s %s %s", wrong, prefix, text[RECORD_GATEWAY],
                        text[RECORD_OIF]);
    if (*op != OP_DELETE && is_code(r, OP_CREATE, text[RECORD_OP]) &&
        is_code(r, OP_UPDATE, text[RECORD_OP]))
        *op = OP_NONE;
    return NULL;
}
