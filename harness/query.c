/* SPDX-License-Identifier: MIT */
#include "query.h"

#include "event.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

/* Whether case i cites the id, counted once for all rows of a file. */
static bool checks(const struct suite *s, size_t i, const char *id)
{
    return case_cites(&s->at[i], id) && (i == 0 || strcmp(s->at[i - 1].file, s->at[i].file) != 0);
}

int query_requirements(const struct requirements *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct requirement *q = &r->at[i];
        printf("%-7s %-6s %-6s %-9s %s\n", q->id, level_name(q->level), q->subject, q->origin,
               q->sentence);
    }
    return EXIT_CONFORMS;
}

static void explain(const struct requirement *q, const struct suite *s)
{
    printf("%s  %s, %s, origin %s  (%s:%d)\n  %s\n", q->id, level_name(q->level), q->subject,
           q->origin, q->file, q->line, q->sentence);
    if (*q->why != '\0')
        printf("  why: %s\n", q->why);
    for (size_t i = 0; i < s->n; i++)
        if (checks(s, i, q->id))
            printf("  checked by %s: %s\n", s->at[i].file, s->at[i].head.title);
}

int query_explain(const struct requirements *r, const struct suite *s, int n, char **ids)
{
    if (n == 0) {
        fputs("rtmtest: explain what? Give the id of a requirement, such as SYN-2\n", stderr);
        return EXIT_USAGE;
    }
    for (int i = 0; i < n; i++) {
        const struct requirement *q = requirement_find(r, ids[i]);
        const char *meant = requirement_suggest(r, ids[i]);
        if (q == NULL) {
            fprintf(stderr, "rtmtest: the spec has no requirement %s%s%s%s\n", ids[i],
                    meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
            return EXIT_USAGE;
        }
        explain(q, s);
    }
    return EXIT_CONFORMS;
}

int query_coverage(const struct requirements *r, const struct suite *s)
{
    size_t musts = 0, bare = 0, excused = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct requirement *q = &r->at[i];
        size_t scenarios = 0;
        for (size_t k = 0; k < s->n; k++)
            scenarios += checks(s, k, q->id);
        bool lacks = q->level == LEVEL_MUST && scenarios == 0;
        printf("%-7s %-6s %zu scenario%s%s\n", q->id, level_name(q->level), scenarios,
               scenarios == 1 ? "" : "s",
               lacks && requirement_excused(q) ? ", and the spec says why" : "");
        musts += q->level == LEVEL_MUST;
        excused += lacks && requirement_excused(q);
        bare += lacks && !requirement_excused(q);
    }
    printf("%zu cases; %zu of %zu MUSTs have a scenario, for %zu the spec says why not\n", s->n,
           musts - bare - excused, musts, excused);
    return bare > 0 ? EXIT_FAILS : EXIT_CONFORMS;
}

int query_schema(void)
{
    json_t *schema = event_schema();

    json_dumpf(schema, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    fputc('\n', stdout);
    json_decref(schema);
    return EXIT_CONFORMS;
}
