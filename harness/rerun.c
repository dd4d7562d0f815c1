/* SPDX-License-Identifier: MIT */
#include "rerun.h"

#include "tier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take_cases(struct options *o, const struct stream *s)
{
    size_t n = json_array_size(s->cases);

    o->only = x_realloc(o->only, (n + 1) * sizeof *o->only);
    for (size_t i = 0; i < n; i++) {
        const json_t *e = json_array_get(s->cases, i);
        if (verdict_standing(event_verdict(e)) == FAILED)
            o->only[o->only_n++] = event_text(e, "only");
    }
}

/* A member of the start in place of an option that was not given; NULL where that has none. */
static const char *otherwise(const char *given, const struct stream *s, const char *member)
{
    return given ? given : json_string_value(json_object_get(s->start, member));
}

static void take_profile(struct options *o, const struct stream *s)
{
    char *names = x_strdup(event_text(s->start, "profile")), *rest = names, *name;
    bool given = o->tiers != 0;

    while (!given && (name = strtok_r(rest, " ", &rest)) != NULL)
        tiers_add(&o->tiers, name);
    free(names);
}

/* A variable of that run, where the caller gives none; where another is given, that is said. */
static void take_variable(const char *name, const char *then, const char *unset)
{
    const char *now = getenv(name);
    bool given = now != NULL && *now != '\0' && strcmp(now, unset) != 0;

    if (!given && *then != '\0')
        setenv(name, then, 1);
    else if (given && strcmp(now, then) != 0)
        fprintf(stderr, "rtmtest: %s is \"%s\" now; it was %s%s%s in that run\n", name, now,
                *then ? "\"" : "", *then ? then : "not set", *then ? "\"" : "");
}

static void take_environment(const struct stream *s)
{
    const json_t *data = json_object_get(s->start, "data"), *text;
    size_t i;

    json_array_foreach(json_object_get(s->start, "environment"), i, text)
    {
        const char *line = json_string_value(text), *value = strchr(line, '=');
        char *name = value ? x_strndup(line, (size_t)(value - line)) : NULL;
        if (name != NULL)
            take_variable(name, value + 1, RTM_BUILD);
        free(name);
    }
    take_variable("RTM_DATA", data ? json_string_value(data) : "none", "");
}

static void take_circumstances(struct options *o, const struct stream *s)
{
    o->iut = otherwise(o->iut, s, "manifest");
    o->server = otherwise(o->server, s, "server");
    o->client = otherwise(o->client, s, "client");
    o->baseline = otherwise(o->baseline, s, "baseline");
    o->wrap_server = otherwise(o->wrap_server, s, "wrap_server");
    o->wrap_client = otherwise(o->wrap_client, s, "wrap_client");
    take_profile(o, s);
    take_environment(s);
    if (!o->seeded)
        o->seed = strtoull(event_text(s->start, "seed"), NULL, 10);
    o->seeded = true;
    if (!o->sandbox_given && strcmp(event_text(s->start, "sandbox"), SANDBOX_DECLINED) == 0)
        o->sandbox = SANDBOX_NONE;
}

int rerun_read(struct options *o, struct stream *s)
{
    struct diag d = {0};
    bool refused;

    if (o->only_n > 0)
        return usage("--rerun and --only each say which cases; give one of them", NULL);
    stream_read(s, o->rerun, &d);
    refused = diag_print(&d);
    diag_finish(&d);
    if (!refused && json_is_true(json_object_get(s->start, "platform")))
        return usage("a run of the platform is repeated by rtmtest platform:", o->rerun);
    if (refused)
        return EXIT_USAGE;
    take_cases(o, s);
    take_circumstances(o, s);
    if (o->only_n > 0)
        return EXIT_CONFORMS;
    fprintf(stderr, "rtmtest: no case failed in %s: there is nothing to run again\n", o->rerun);
    return EXIT_UNDECIDED;
}
