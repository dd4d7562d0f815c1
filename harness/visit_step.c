/* SPDX-License-Identifier: MIT */
#include "visit_step.h"

#include "probe.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A deadline of its own for what comes. */
static void begin_step(struct visit *v)
{
    static const struct step none = {0};

    world_begin_step(v->w, &none);
    v->w->step = NULL;
}

void visit_begin(struct visit *v, const char *format, ...)
{
    struct buf name = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&name, format, args);
    va_end(args);
    begin_step(v);
    free(v->name);
    v->name = buf_take(&name);
    printf("\n%s\n", v->name);
}

/* Shows what was said since the last time. */
static void show(struct visit *v)
{
    const struct transcript *t = &v->w->transcript;
    size_t from = v->shown > t->dropped ? v->shown - t->dropped : 0;

    for (size_t i = from; i < t->count; i++)
        if (strncmp(t->moments[i].text, "= ", 2) != 0)
            printf("    %s\n", t->moments[i].text);
    v->shown = t->count + t->dropped;
}

void visit_pass_over(struct visit *v)
{
    v->shown = v->w->transcript.count + v->w->transcript.dropped;
}

int visit_cause_length(const struct visit *v)
{
    return v->cause ? (int)strcspn(v->cause, " :") : 0;
}

static void tell_trouble(struct visit *v, const char *message, const char *advice, bool follows)
{
    if (follows && v->cause != NULL) {
        printf("  follows, it seems, from %.*s: %s\n", visit_cause_length(v), v->cause, message);
        v->follow++;
        return;
    }
    printf("  PROBLEM: %s\n  change: %s\n", message, advice);
    v->problems++;
    if (v->cause == NULL)
        v->cause = x_strdup(v->name);
}

bool visit_finish(struct visit *v, int result, const char *fine, const char *advice, bool follows)
{
    struct world *w = v->w;
    char *message = w->outcome.message ? x_strdup(w->outcome.message) : NULL;
    bool well = result == 0 && message == NULL;

    if (message != NULL)
        world_forgive(w);
    show(v);
    if (well)
        printf("  fine: %s\n", fine);
    else
        tell_trouble(v, message ? message : fine, advice, follows);
    free(message);
    return well;
}

void visit_show_detail(struct visit *v)
{
    if (v->w->outcome.detail.len > 0)
        printf("%s", v->w->outcome.detail.data);
    buf_finish(&v->w->outcome.detail);
}

void visit_leave_out(struct visit *v)
{
    printf("  not tried: [server.create] has to work first\n");
    v->follow++;
}

int visit_create(struct visit *v, const struct route *r)
{
    char line[72], *gateway, *oif;
    struct ask ask = {.op = ASK_CREATE, .prefix = line};

    route_format(r, line);
    gateway = strchr(line, ' ') + 1;
    oif = strchr(gateway, ' ') + 1;
    gateway[-1] = oif[-1] = '\0';
    ask.gateway = gateway;
    ask.oif = oif;
    int result = actor_ask(v->w, v->s, &ask);
    return result == 0 && ask.refused
               ? world_fail(v->w, VERDICT_BROKEN, "S refuses: %s", ask.closing)
               : result;
}

static void end_process(struct visit *v, struct actor *a)
{
    if (a != NULL && actor_runs(a) && actor_signal(v->w, a, SIGKILL) == 0)
        actor_wait_end(v->w, a);
}

void visit_start_anew(struct visit *v)
{
    const struct route *r;
    int result = 0;

    if (v->probe != NULL)
        probe_close(v->probe);
    v->probe = NULL;
    begin_step(v); /* the one before may have had all of its time */
    end_process(v, v->a);
    end_process(v, v->s);
    unlink(v->s->socket);
    result = actor_start(v->w, v->s);
    if (result == 0 && v->a != NULL)
        result = actor_start(v->w, v->a);
    for (size_t at = 0; result == 0 && (r = oracle_next(v->want, &at)) != NULL;)
        result = visit_create(v, r);
    visit_pass_over(v);
    if (result < 0)
        visit_finish(v, result, "", "what is wrong above, first", true);
}
