/* SPDX-License-Identifier: MIT */
#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    char *text, *cut; /* cut: as pattern_cut() tells it, or NULL */
    size_t len;       /* of the line of the last match */
};

static bool is_ascii(const char *text)
{
    while (*text != '\0' && isascii((unsigned char)*text))
        text++;
    return *text == '\0';
}

struct pattern *pattern_create(const char *text, char **why, size_t *offset)
{
    struct pattern *p = x_calloc(1, sizeof *p);
    PCRE2_UCHAR message[128];
    int error;

    /* Lines may hold any bytes: only letters that are several are matched as letters. */
    uint32_t utf = is_ascii(text) ? 0 : PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, utf, &error, offset, NULL);
    if (p->code == NULL) {
        pcre2_get_error_message(error, message, sizeof message);
        *why = x_strdup((char *)message);
        free(p);
        return NULL;
    }
    pcre2_jit_compile(p->code,
                      PCRE2_JIT_COMPLETE); /* only speed: without it the match is interpreted */
    p->match = pcre2_match_data_create_from_pattern(p->code, NULL);
    p->text = x_strdup(text);
    return p;
}

void pattern_destroy(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
    free(p->text);
    free(p->cut);
    free(p);
}

const char *pattern_cut(const struct pattern *p)
{
    return p != NULL ? p->cut : NULL;
}

const char *pattern_text(const struct pattern *p)
{
    return p->text;
}

bool pattern_match(struct pattern *p, const char *line, size_t len)
{
    if (p == NULL)
        return false;
    p->len = len;
    return pcre2_match(p->code, (PCRE2_SPTR)line, len, 0, 0, p->match, NULL) > 0;
}

size_t pattern_begin(const struct pattern *p)
{
    return pcre2_get_ovector_pointer(p->match)[0];
}

size_t pattern_end(const struct pattern *p)
{
    return pcre2_get_ovector_pointer(p->match)[1];
}

bool pattern_may_match(struct pattern *p, const char *line, size_t len)
{
    int found = p == NULL ? PCRE2_ERROR_NOMATCH
                          : pcre2_match(p->code, (PCRE2_SPTR)line, len, 0, PCRE2_PARTIAL_SOFT,
                                        p->match, NULL);

    return found > 0 || found == PCRE2_ERROR_PARTIAL;
}

bool pattern_has(const struct pattern *p, const char *name)
{
    return p != NULL && pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name) > 0;
}

/* What a group of that name holds. */
enum holds { HOLDS_TEXT, HOLDS_NUMBER, HOLDS_ADDRESS, HOLDS_MAC };

static enum holds find_kind(const char *name)
{
    static const struct {
        const char *name;
        enum holds kind;
    } known[] = {{"dest", HOLDS_ADDRESS},  {"gateway", HOLDS_ADDRESS}, {"ip", HOLDS_ADDRESS},
                 {"mac", HOLDS_MAC},       {"mask", HOLDS_NUMBER},     {"pid", HOLDS_NUMBER},
                 {"routes", HOLDS_NUMBER}, {"macs", HOLDS_NUMBER},     {"seq", HOLDS_NUMBER}};

    for (size_t i = 0; i < LENGTH(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].kind;
    return HOLDS_TEXT;
}

static bool is_digit(enum holds kind, char c)
{
    return kind == HOLDS_MAC ? isxdigit((unsigned char)c) : isdigit((unsigned char)c);
}

/* Whether it has all parts that it needs, so that a dot or a colon beside it is none of its own. */
static bool is_whole(enum holds kind, const char *text, size_t len)
{
    size_t digits = 0, parts = 0;

    for (size_t i = 0; i < len; i++) {
        digits += is_digit(kind, text[i]);
        parts += is_digit(kind, text[i]) && (i == 0 || !is_digit(kind, text[i - 1]));
    }
    return kind == HOLDS_MAC ? digits >= 12 : kind != HOLDS_ADDRESS || parts >= 4;
}

/* Whether some group has its edge there: columns may stand side by side. */
static bool is_edge(const struct pattern *p, size_t at, bool begin)
{
    const PCRE2_SIZE *edges = pcre2_get_ovector_pointer(p->match);

    for (uint32_t i = 1; i < pcre2_get_ovector_count(p->match); i++)
        if (edges[2 * i] != PCRE2_UNSET && edges[2 * i + !begin] == at)
            return true;
    return false;
}

/* Whether a value goes on behind the byte at, in steps of 1 or -1: with a digit, or where it is not
 * whole with another part. Zeros in front are nothing. */
static bool goes_on(const struct pattern *p, const char *line, size_t at, int step, enum holds kind,
                    bool whole)
{
    const char *next = line + at + step, *end = step < 0 ? line - 1 : line + p->len;
    const char *parts = kind == HOLDS_MAC ? ":-" : kind == HOLDS_ADDRESS ? "." : "";

    if (!is_digit(kind, line[at]) || next == end)
        return false;
    if (!whole && *next != '\0' && strchr(parts, *next) != NULL && next + step != end)
        return is_digit(kind, next[step]);
    while (step < 0 && kind == HOLDS_NUMBER && next > end + 1 && *next == '0')
        next--;
    return is_digit(kind, *next) && !(step < 0 && kind == HOLDS_NUMBER && *next == '0');
}

/* Whether that byte may be of a value at all: of most values it is a blank, and that is cheap. */
static bool may_go_on(char c)
{
    return isxdigit((unsigned char)c) || c == '.' || c == ':' || c == '-';
}

static void note_cut(struct pattern *p, const char *line, const char *name, size_t begin,
                     size_t end)
{
    if (p->cut != NULL ||
        ((begin == 0 || !may_go_on(line[begin - 1])) && (end == p->len || !may_go_on(line[end]))))
        return;
    enum holds kind = find_kind(name);
    if (kind == HOLDS_TEXT)
        return;
    bool whole = is_whole(kind, line + begin, end - begin);
    bool before = goes_on(p, line, begin, -1, kind, whole) && !is_edge(p, begin, false);
    bool behind = goes_on(p, line, end - 1, 1, kind, whole) && !is_edge(p, end, true);
    if (before || behind)
        p->cut = x_printf("%s takes \"%.*s\" of: %.*s", name, (int)(end - begin), line + begin,
                          (int)p->len, line);
}

size_t pattern_group_at(const struct pattern *p, const char *name)
{
    int n = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match);

    return n > 0 && at[2 * n] != PCRE2_UNSET ? at[2 * n] : 0;
}

bool pattern_group(struct pattern *p, const char *line, const char *name, char *out, size_t size)
{
    int n = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);
    PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match);
    size_t len;

    if (n <= 0 || at[2 * n] == PCRE2_UNSET)
        return false;
    len = at[2 * n + 1] - at[2 * n];
    if (len > 0)
        note_cut(p, line, name, at[2 * n], at[2 * n + 1]);
    if (len >= size)
        len = size - 1;
    memcpy(out, line + at[2 * n], len);
    out[len] = '\0';
    return true;
}
