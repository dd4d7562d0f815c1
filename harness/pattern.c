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

struct pattern *pattern_create(const char *text, char **why, size_t *offset)
{
    struct pattern *p = x_calloc(1, sizeof *p);
    PCRE2_UCHAR message[128];
    int error;

    p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &error, offset, NULL);
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

/* Whether the two bytes are of one number, or one MAC. */
static bool go_together(const char *name, char a, char b)
{
    static const char *const words[] = {"oif", "kind", "state", "digest"};
    bool hex = strcmp(name, "mac") == 0;

    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcmp(name, words[i]) == 0)
            return false;
    return hex ? isxdigit((unsigned char)a) && isxdigit((unsigned char)b)
               : isdigit((unsigned char)a) && isdigit((unsigned char)b);
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

static void note_cut(struct pattern *p, const char *line, const char *name, size_t begin,
                     size_t end)
{
    bool before =
        begin > 0 && go_together(name, line[begin - 1], line[begin]) && !is_edge(p, begin, false);
    bool behind =
        end < p->len && go_together(name, line[end - 1], line[end]) && !is_edge(p, end, true);

    if ((before || behind) && p->cut == NULL)
        p->cut = x_printf("%s takes \"%.*s\" of: %.*s", name, (int)(end - begin), line + begin,
                          (int)p->len, line);
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
