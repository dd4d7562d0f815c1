/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Processes.
 */
#include "actor.h"
#include "command_list.h"
#include "compare.h"
#include "departure.h"
#include "expand.h"
#include "stall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAUSE_MS 1000 /* ROB-14 */

int run_restart(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));

    if (actor_runs(a))
        return world_fail(w, VERDICT_BROKEN, "%s still runs; quit or kill it first", a->name);
    return departure_allow_start(w, a) == 0 ? actor_start(w, a) : -1;
}

static const struct {
    const char *name;
    int number;
} signals[] = {{"KILL", SIGKILL}, {"TERM", SIGTERM}, {"INT", SIGINT},
               {"USR1", SIGUSR1}, {"PIPE", SIGPIPE}, {"HUP", SIGHUP}};

int signal_number(const char *name)
{
    for (size_t i = 0; i < LENGTH(signals); i++)
        if (strcmp(name, signals[i].name) == 0)
            return signals[i].number;
    return 0;
}

static int send_one(struct world *w, struct actor *a, void *arg)
{
    return actor_signal(w, a, *(int *)arg);
}

static int wait_one(struct world *w, struct actor *a, void *arg)
{
    (void)arg;
    return actor_wait_end(w, a);
}

int run_kill(struct world *w, const struct step *s)
{
    int number = signal_number(step_word(s, s->words.n - 1));

    if (world_each(w, s, 1, s->words.n - 1, send_one, &number) < 0)
        return -1;
    if (number != SIGKILL && number != SIGTERM && number != SIGINT)
        return 0;
    return world_each(w, s, 1, s->words.n - 1, wait_one, NULL);
}

int run_stop(struct world *w, const struct step *s)
{
    int number = SIGSTOP;

    return world_each(w, s, 1, s->words.n, send_one, &number);
}

int run_continue(struct world *w, const struct step *s)
{
    int number = SIGCONT;

    return world_each(w, s, 1, s->words.n, send_one, &number);
}

static int quit_one(struct world *w, struct actor *a, void *arg)
{
    (void)arg;
    if (!actor_runs(a))
        return world_fail(w, VERDICT_BROKEN, "%s has ended already", a->name);
    if (actor_quit(w, a) < 0)
        return -1;
    if (actor_ended_well(a))
        return 0;
    char *end = actor_describe_end(a);
    world_fail(w, VERDICT_FAIL, "%s was told to quit and ended with %s", a->name, end);
    free(end);
    return -1;
}

int run_quit(struct world *w, const struct step *s)
{
    return world_each(w, s, 1, s->words.n, quit_one, NULL);
}

int run_end_console(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 2));

    a->lives_by = s->cite;
    actor_end_console(a);
    return 0;
}

int run_expect_exit(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    int wanted = atoi(step_word(s, 3));

    a->expected_to_end = true;
    if (actor_wait_end(w, a) < 0)
        return -1;
    if (a->status == wanted << 8)
        return 0;
    char *end = actor_describe_end(a);
    world_fail(w, VERDICT_FAIL, "%s ended with %s; expected exit status %d", a->name, end, wanted);
    free(end);
    return -1;
}

static int alive_one(struct world *w, struct actor *a, void *arg)
{
    struct dump d;
    int result;

    (void)arg;
    if (!actor_runs(a))
        return world_fail(w, VERDICT_FAIL, "%s does not run any more", a->name);
    if (a->in < 0)
        return 0;
    result = dump_read(w, a, &d);
    dump_finish(&d);
    return result;
}

int run_expect_alive(struct world *w, const struct step *s)
{
    return world_each(w, s, 1, s->words.n - 1, alive_one, NULL);
}

int run_expect_complaint(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));

    while (!actor_complained(a, step_word(s, 3)))
        if (!world_wait(w))
            return world_timeout(w, "%s said nothing on standard error that holds \"%s\"", a->name,
                                 step_word(s, 3));
    return 0;
}

int run_expect_says(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    char *text = expand_names(w, step_word(s, 3));
    int result = text ? 0 : -1;

    while (result == 0 && !actor_said(a, text))
        if (!world_wait(w))
            result = world_timeout(w, "%s did not say \"%s\"", a->name, text);
    free(text);
    return result;
}

int run_expect_says_once(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    char *text = expand_names(w, step_word(s, 3));
    size_t times = 0;
    int result = text ? run_expect_says(w, s) : -1;

    if (result == 0 && (times = actor_count_said(a, text)) != 1)
        result = world_fail(w, VERDICT_FAIL, "%s said \"%s\" in %zu lines; expected one", a->name,
                            text, times);
    free(text);
    return result;
}

int run_expect_nothing_left(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    const char *slash = strrchr(a->socket, '/');
    char *place = x_strndup(a->socket, (size_t)(slash - a->socket));
    DIR *d = opendir(place);
    int result = 0;

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (strncmp(e->d_name, slash + 1, strlen(slash + 1)) == 0)
            result = world_fail(w, VERDICT_FAIL, "%s left %s behind", a->name, e->d_name);
    if (d != NULL)
        closedir(d);
    free(place);
    return result;
}

int run_expect_locked(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    char *path = x_printf("%s.lock", a->socket);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CLOEXEC), result = 0;

    if (fd < 0)
        result = world_fail(w, VERDICT_FAIL, "the lock file %s.lock of %s: %s", a->name, a->name,
                            strerror(errno));
    else if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
        result = world_fail(w, VERDICT_BROKEN, "F_OFD_GETLK: %s", strerror(errno));
    else if (lock.l_type == F_UNLCK)
        result = world_fail(w, VERDICT_FAIL, "the lock file of %s could be locked while %s lives",
                            a->name, a->name);
    else if (lock.l_type != F_WRLCK || lock.l_pid != -1)
        result = world_fail(w, VERDICT_FAIL,
                            "%s holds %s lock of %s; expected an exclusive one of an open file "
                            "description",
                            a->name, lock.l_type == F_RDLCK ? "a shared" : "an exclusive",
                            lock.l_pid == -1 ? "an open file description" : "its process");
    if (fd >= 0)
        close(fd);
    free(path);
    return result;
}

int run_expect_descriptors(struct world *w, const struct step *s)
{
    return actor_check_descriptors(w, world_actor(w, step_word(s, 1)));
}

/* The highest socket among its descriptors, -1 if it has none. */
static int highest_socket(const struct actor *a)
{
    char path[64], target[16];
    int highest = -1;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)a->pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        ssize_t len = readlinkat(dirfd(d), e->d_name, target, sizeof target);
        if (len > 0 && strncmp(target, "socket:", 7) == 0 && atoi(e->d_name) > highest)
            highest = atoi(e->d_name);
    }
    if (d != NULL)
        closedir(d);
    return highest;
}

int run_expect_no_socket(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    int from = atoi(step_word(s, 6)), highest, pause = 0;

    while ((highest = highest_socket(a)) >= from) {
        if (world_late(w))
            return world_fail(w, VERDICT_FAIL, "%s holds a socket as descriptor %d", a->name,
                              highest);
        world_pause(w, next_pause(&pause));
    }
    if (highest < 0)
        return world_fail(w, VERDICT_BROKEN, "the descriptors of %s cannot be looked at", a->name);
    return 0;
}

int run_mark_pace(struct world *w, const struct step *s)
{
    stall_mark(world_actor(w, step_word(s, 3)));
    return 0;
}

int run_keeps_pace(struct world *w, const struct step *s)
{
    return stall_judge(w, world_actor(w, step_word(s, 1)), PAUSE_MS);
}
