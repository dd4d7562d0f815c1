/* SPDX-License-Identifier: MIT
 *
 * One value of a manifest, the words right of the "=", read into its place. Each function returns
 * 0, or -1 with a complaint that says where and what was expected.
 */
#ifndef HARNESS_VALUE_H
#define HARNESS_VALUE_H

#include "pattern.h"
#include "scan.h"

struct value {
    const struct source *source;
    int line;
    struct token *at;
    size_t n;
    struct diag *diag;
};

/* Complains at the word (behind the last: at the last); -1. */
int value_wrong(const struct value *v, size_t word, const char *message);
/* One word or "text"; what was there before is freed. */
int value_text(char **slot, const struct value *v);
int value_pattern(struct pattern **slot, const struct value *v);
/* One or more words, NULL at the end, with the environment in place; what was there before is
 * freed. */
int value_words(char ***slot, const struct value *v);
void value_free_words(char **words);
/* yes or no. */
int value_flag(bool *slot, const struct value *v);
/* A number up to most; unit is what stands behind it, "ms" or "". */
int value_number(unsigned *slot, const struct value *v, const char *unit, unsigned most);

/* Puts the environment in place of ${NAME} and ${NAME:-otherwise}, and in otherwise too; the
 * caller's. */
char *value_expand(const char *text);
/* The name of each variable that the text has in such a place. */
void value_variables(const char *text, void (*do_one)(void *ctx, const char *name), void *ctx);

#endif
