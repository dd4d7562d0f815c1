/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Signals.
 */
#include "actor.h"
#include "agent.h"
#include "command_list.h"
#include "compare.h"
#include "probe.h"
#include "segment.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static struct agent *the_process(struct world *w, const struct step *s, size_t i)
{
    return world_agent(w, step_word(s, i));
}

int run_process(struct world *w, const struct step *s)
{
    return agent_start(w, step_word(s, 1), (struct agent_choice){0}) ? 0 : -1;
}

int run_process_of_another(struct world *w, const struct step *s)
{
    struct agent_choice choice = {.another_user = true};

    return agent_start(w, step_word(s, 1), choice) ? 0 : -1;
}

int run_process_again(struct world *w, const struct step *s)
{
    struct agent *before = the_process(w, s, s->words.n - 1);
    struct agent_choice choice = {.pid = before->pid};

    if (!before->ended)
        return world_fail(w, VERDICT_BROKEN, "process %s still runs; kill it first", before->name);
    return agent_start(w, step_word(s, 1), choice) ? 0 : -1;
}

int run_process_as_client(struct world *w, const struct step *s)
{
    struct actor *before = world_actor(w, step_word(s, s->words.n - 1));
    struct agent_choice choice = {.pid = before->last_pid};

    if (actor_runs(before))
        return world_fail(w, VERDICT_BROKEN, "%s still runs; end it first", before->name);
    return agent_start(w, step_word(s, 1), choice) ? 0 : -1;
}

int run_kill_process(struct world *w, const struct step *s)
{
    return agent_kill(w, the_process(w, s, 1), signal_number(step_word(s, 2)));
}

int run_process_signals(struct world *w, const struct step *s)
{
    struct actor *to = world_actor(w, step_word(s, 2));

    if (!actor_runs(to))
        return world_fail(w, VERDICT_BROKEN, "%s does not run; it cannot be signalled", to->name);
    return agent_send_signal(w, the_process(w, s, 0), to->pid, signal_number(step_word(s, 3)));
}

/* FAIL for what the step cites: the process has ended. */
static int fail_ended(struct world *w, const struct agent *a)
{
    char *end = agent_describe_end(a);

    world_fail(w, VERDICT_FAIL, "process %s was ended by %s", a->name, end);
    free(end);
    return -1;
}

int run_process_alive(struct world *w, const struct step *s)
{
    struct agent *a = the_process(w, s, 1);

    if (agent_catch_up(w, a))
        return 0;
    return a->ended ? fail_ended(w, a) : -1;
}

/* Waits for SIGUSR1. The process is asked again and again: one that answers is not kept from being
 * signalled, however busy the machine. */
static int await_signal(struct world *w, struct agent *a)
{
    int pause = 0;

    while (agent_catch_up(w, a) && a->flushes == a->noted) {
        if (world_late(w))
            return world_timeout(w, "%s was not sent SIGUSR1", a->name);
        world_pause(w, next_pause(&pause));
    }
    if (a->flushes == a->noted)
        return a->ended ? fail_ended(w, a) : -1;
    a->noted = a->flushes;
    return 0;
}

int run_signalled(struct world *w, const struct step *s)
{
    return await_signal(w, the_process(w, s, 1));
}

/* Whether a signal waits for a process that is stopped (proc(5)): for all of it, or for its first
 * thread. */
static bool is_pending(const struct actor *a, int signal)
{
    char path[64], line[256];
    unsigned long long mask = 0, pending = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)a->pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "SigPnd: %llx", &mask) == 1 || sscanf(line, "ShdPnd: %llx", &mask) == 1)
            pending |= mask;
    if (f != NULL)
        fclose(f);
    return pending >> (signal - 1) & 1;
}

/* Waits until SIGUSR1 waits for a client, which is stopped; or, once it goes on, until it was
 * taken. */
static int await_pending(struct world *w, const struct actor *a, bool wanted)
{
    int pause = 0;

    if (wanted && !a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is not stopped: nobody can see its signals",
                          a->name);
    while (is_pending(a, SIGUSR1) != wanted) {
        if (!actor_runs(a))
            return world_fail(w, VERDICT_FAIL, "%s does not run any more", a->name);
        if (world_late(w))
            return world_timeout(
                w, wanted ? "no SIGUSR1 waits for %s" : "SIGUSR1 still waits for %s", a->name);
        world_pause(w, next_pause(&pause));
    }
    return 0;
}

int run_signal_waits(struct world *w, const struct step *s)
{
    return await_pending(w, world_actor(w, step_word(s, 1)), true);
}

int run_await_signals_taken(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct dump answer;
    int pause = 0;

    if (a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is stopped: it takes no signals", a->name);
    while (is_pending(a, SIGUSR1)) {
        if (world_late(w))
            return world_timeout(w, "SIGUSR1 still waits for %s", a->name);
        world_pause(w, next_pause(&pause));
    }
    if (!actor_runs(a))
        return world_fail(w, VERDICT_FAIL, "%s does not run any more", a->name);
    int result = dump_read(w, a, &answer);
    dump_finish(&answer);
    return result;
}

static int flush(struct world *w, struct actor *server)
{
    struct ask ask = {.op = ASK_FLUSH};

    if (actor_ask(w, server, &ask) < 0)
        return -1;
    oracle_clear(server->oracle);
    if (ask.refused)
        return world_fail_for(w, "FLU-1", "%s refuses to flush: %s", server->name, ask.closing);
    return 0;
}

int run_dies_flushing(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    struct ask ask = {.op = ASK_FLUSH};

    server->expected_to_end = true;
    if (actor_ask(w, server, &ask) == 0)
        return world_fail(w, VERDICT_FAIL, "%s made no call that is its end, and answered: %s",
                          server->name, ask.closing);
    if (actor_runs(server) || !WIFSIGNALED(server->status) || WTERMSIG(server->status) != SIGSYS)
        return -1;
    world_forgive(w);
    oracle_clear(server->oracle);
    return 0;
}

int run_left_flushed(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    struct segment *seg;
    char *why = NULL;
    const char *id = NULL;

    if (server->shm.name == NULL || actor_runs(server))
        return world_fail(w, VERDICT_BROKEN, "%s still runs, or no step has looked at its object",
                          server->name);
    seg = segment_open(server->shm.name, &id, &why);
    if (seg != NULL)
        id = segment_judge(seg, oracle_arp(server->oracle), server->shm.epoch + 1, &why);
    if (seg == NULL || id != NULL)
        world_fail(w, VERDICT_FAIL, "the object %s: %s", server->shm.name, why);
    free(why);
    segment_close(seg);
    return seg != NULL && id == NULL ? 0 : -1;
}

/* The process has had no signal that no step has asked for. */
static int check_no_signal(struct world *w, struct agent *a)
{
    bool caught_up = agent_catch_up(w, a);

    if (!world_goes_on(w))
        return -1;
    if (a->surprise != NULL || a->flushes != a->noted)
        return world_fail(w, VERDICT_FAIL, "%s got %s", a->name,
                          a->surprise ? a->surprise : a->last);
    if (!caught_up && !a->expected_to_end)
        return fail_ended(w, a);
    return 0;
}

int run_not_signalled(struct world *w, const struct step *s)
{
    struct agent *a = the_process(w, s, 1), *fence = the_process(w, s, 8);
    struct actor *server = world_actor(w, step_word(s, 5));

    if (a == fence)
        return world_fail(w, VERDICT_BROKEN, "a process is no fence for itself");
    if (!agent_catch_up(w, fence))
        return fail_ended(w, fence);
    fence->noted = fence->flushes;
    world_blame(w, "FLU-4");
    for (int round = 0; round < 2; round++)
        if (flush(w, server) < 0 || await_signal(w, fence) < 0)
            return -1;
    world_blame(w, NULL);
    return check_no_signal(w, a);
}

/* The server is flushed, and tells the client so. */
static int flush_signals(struct world *w, struct actor *server, struct actor *client)
{
    if (actor_signal(w, client, SIGSTOP) < 0 || flush(w, server) < 0 ||
        await_pending(w, client, true) < 0 || actor_signal(w, client, SIGCONT) < 0)
        return -1;
    return await_pending(w, client, false);
}

/* Whether a signal comes to wait for the client within so many milliseconds. */
static bool is_signalled_within(struct world *w, const struct actor *client, int ms)
{
    int waited = 0;

    while (!is_pending(client, SIGUSR1) && waited < ms && !world_late(w)) {
        world_pause(w, 5);
        waited += 5;
    }
    return is_pending(client, SIGUSR1);
}

int run_comes_to_signal(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1)),
                 *client = world_actor(w, step_word(s, 5));
    bool signalled = false;

    for (int window = 40; !signalled; window *= 2) {
        if (actor_signal(w, client, SIGSTOP) < 0 || flush(w, server) < 0)
            return -1;
        signalled = is_signalled_within(w, client, window);
        if (!signalled && world_late(w))
            return world_timeout(w, "no flush of %s signals %s", server->name, client->name);
        if (actor_signal(w, client, SIGCONT) < 0)
            return -1;
        if (!signalled)
            world_pause(w, window);
    }
    return await_pending(w, client, false);
}

int run_not_signalled_clients(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 5)),
                 *fence = world_actor(w, step_word(s, 8));

    world_blame(w, "FLU-4");
    for (int round = 0; round < 2; round++)
        if (flush_signals(w, server, fence) < 0)
            return -1;
    world_blame(w, NULL);
    return check_no_signal(w, the_process(w, s, 1));
}

/* Reads up to the next FLUSH. */
static int await_flush_frame(struct world *w, struct probe *p)
{
    struct frame f;
    int got;

    while ((got = probe_next(w, p, &f)) == 1)
        if (wire_type_of(&f) == FRAME_FLUSH)
            return 0;
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the peer of %s closed before it sent FLUSH", p->name);
    return -1;
}

int run_not_signalled_frames(struct world *w, const struct step *s)
{
    struct probe *fence = world_probe(w, step_word(s, 8));
    struct actor *server = world_actor(w, step_word(s, 5));

    world_blame(w, "FLU-3");
    for (int round = 0; round < 2; round++)
        if (flush(w, server) < 0 || await_flush_frame(w, fence) < 0)
            return -1;
    world_blame(w, NULL);
    return check_no_signal(w, the_process(w, s, 1));
}
