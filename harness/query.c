/* SPDX-License-Identifier: MIT */
#include "query.h"

#include "event.h"
#include "promise.h"
#include "run.h"
#include "tier.h"

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
        printf("%-7s %-6s %-8s %-9s %s\n", q->id, level_name(q->level), q->subject, q->origin,
               q->sentence);
    }
    return EXIT_CONFORMS;
}

static void explain(const struct requirement *q, const struct suite *s)
{
    bool scenario = strcmp(q->subject, "platform") != 0;

    printf("%s  %s, %s, origin %s%s%s  (%s:%d)\n  %s\n", q->id, level_name(q->level), q->subject,
           q->origin, scenario ? ", tier " : "", scenario ? tier_name(tier_of(q)) : "", q->file,
           q->line, q->sentence);
    if (*q->why != '\0')
        printf("  why: %s\n", q->why);
    for (size_t i = 0; i < s->n; i++)
        if (checks(s, i, q->id))
            printf("  checked by %s: %s\n", s->at[i].file, s->at[i].head.title);
    if (promise_find(q->id) != NULL)
        printf("  checked by rtmtest platform --only %s: %s\n", q->id, promise_find(q->id)->title);
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

/* How many scenarios or checks of the platform there are for a requirement; one line of it. */
static size_t print_coverage(const struct requirement *q, const struct suite *s)
{
    size_t found = 0;
    const char *what = "scenario";

    for (size_t i = 0; i < s->n; i++)
        found += checks(s, i, q->id);
    if (found == 0 && promise_find(q->id) != NULL) {
        found = 1;
        what = "check of the platform";
    }
    printf(
        "%-7s %-6s %zu %s%s%s\n", q->id, level_name(q->level), found, what, found == 1 ? "" : "s",
        q->level == LEVEL_MUST && found == 0 && requirement_excused(q) ? ", and the spec says why"
                                                                       : "");
    return found;
}

int query_coverage(const struct requirements *r, const struct suite *s)
{
    size_t musts = 0, bare = 0, excused = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct requirement *q = &r->at[i];
        bool lacks = print_coverage(q, s) == 0 && q->level == LEVEL_MUST;
        musts += q->level == LEVEL_MUST;
        excused += lacks && requirement_excused(q);
        bare += lacks && !requirement_excused(q);
    }
    printf(
        "%zu cases and %zu checks; %zu of %zu MUSTs have a scenario or a check, for %zu the spec "
        "says why not\n",
        s->n, promise_count, musts - bare - excused, musts, excused);
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
