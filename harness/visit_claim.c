/* SPDX-License-Identifier: MIT
 *
 * proc_pid_status(5) has the signals that a process catches, and those that it blocks, as
 * who waits for one does.
 */
#include "visit_claim.h"

#include "doing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool claims(const struct visit *v, const char *feature)
{
    return manifest_claims(v->w->manifest, feature);
}

static bool minds(const struct actor *a, int signal)
{
    char *path = x_printf("/proc/%d/status", (int)a->pid), line[256];
    FILE *f = fopen(path, "re");
    unsigned long long set = 0;
    bool minded = false;

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "SigCgt: %llx", &set) == 1 || sscanf(line, "SigBlk: %llx", &set) == 1)
            minded = minded || (set >> (signal - 1) & 1);
    if (f != NULL)
        fclose(f);
    free(path);
    return minded;
}

void visit_signals(struct visit *v)
{
    if (v->a == NULL || !actor_runs(v->a) || claims(v, "signals") || !claims(v, "flush") ||
        !minds(v->a, SIGUSR1))
        return;
    printf("\n[iut]: features without signals\n"
           "  note: the client minds SIGUSR1; if that tells it of a flush, claim signals, which is "
           "checked then\n");
}

/* Ends the client, or the server, by this signal: 0, or -1 after world_fail(). */
static int end_by(struct visit *v, struct actor *a, int signal)
{
    if (actor_signal(v->w, a, signal) < 0 || actor_wait_end(v->w, a) < 0)
        return -1;
    if (a->status == 0)
        return 0;
    char *end = doing_describe_end(a);
    world_fail(v->w, VERDICT_BROKEN, "%s was sent SIG%s and ended with %s", a->name,
               sigabbrev_np(signal), end);
    free(end);
    return -1;
}

static int end_both(struct visit *v, int signal)
{
    visit_start_anew(v);
    if (!actor_runs(v->a) || !actor_runs(v->s))
        return -1;
    return end_by(v, v->a, signal) < 0 ? -1 : end_by(v, v->s, signal);
}

static void try_tidy(struct visit *v)
{
    static const int signals[] = {SIGINT, SIGTERM};

    for (size_t i = 0; i < LENGTH(signals); i++) {
        visit_begin(v, "[iut]: features with tidy, SIG%s", sigabbrev_np(signals[i]));
        visit_finish(v, end_both(v, signals[i]), "both end with status 0",
                     "features: leave tidy out, and nobody asks for status 0", false);
    }
}

void visit_tidy(struct visit *v)
{
    if (v->s == NULL || v->a == NULL || !v->there || v->problems > 0)
        return;
    if (claims(v, "tidy")) {
        try_tidy(v);
    } else if (!v->untidy && end_both(v, SIGINT) == 0 && end_both(v, SIGTERM) == 0) {
        printf("\n[iut]: features without tidy\n"
               "  note: both end with status 0 at quit, SIGINT and SIGTERM; if they leave nothing "
               "behind, claim tidy, which is checked then\n");
    }
    if (v->w->outcome.message != NULL)
        world_forgive(v->w);
}
