/* SPDX-License-Identifier: MIT */
#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    char *text;
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
    free(p);
}

const char *pattern_text(const struct pattern *p)
{
    return p->text;
}

bool pattern_match(struct pattern *p, const char *line, size_t len)
{
    return p != NULL && pcre2_match(p->code, (PCRE2_SPTR)line, len, 0, 0, p->match, NULL) > 0;
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

bool pattern_group(struct pattern *p, const char *line, const char *name, char *out, size_t size)
{
    int n = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);
    PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match);
    size_t len;

    if (n <= 0 || at[2 * n] == PCRE2_UNSET)
        return false;
    len = at[2 * n + 1] - at[2 * n];
    if (len >= size)
        len = size - 1;
    memcpy(out, line + at[2 * n], len);
    out[len] = '\0';
    return true;
}
