/* SPDX-License-Identifier: MIT */
#include "actor.h"

#include "converse.h"
#include "doing.h"
#include "feed.h"
#include "launch.h"
#include "bounds.h"
#include "network.h"
#include "quiet.h"
#include "ready.h"
#include "view.h"
#include "wrap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MOST 1048576 /* bytes of a line of output; who prints more is out of its mind */
#define MUCH 1e6          /* bytes of what answers nothing, and of it in a second */

struct actor *actor_create(struct world *w, const char *name, bool is_server, const char *socket)
{
    struct actor *a = x_calloc(1, sizeof *a);

    a->name = x_strdup(name);
    a->is_server = is_server;
    a->program = is_server ? &w->manifest->server : &w->manifest->client;
    a->socket = x_strdup(socket);
    a->descriptors = 1024;
    a->umask = S_IWOTH; /* the same for every caller, and no help to who forgets the group */
    a->pidfd = a->in = a->out = a->err = -1;
    a->oracle = is_server ? oracle_create() : NULL;
    if (is_server)
        oracle_keep_history(a->oracle);
    a->routes_view = view_create(&a->program->ask[ASK_TABLE], false);
    a->arp_view = view_create(&a->program->ask[ASK_ARP], true);
    a->shm.held = -1;
    a->shm.hot = -1;
    w->actors = x_realloc(w->actors, (w->actor_count + 1) * sizeof(struct actor *));
    w->actors[w->actor_count++] = a;
    return a;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void reset(struct actor *a)
{
    close_fd(&a->in);
    close_fd(&a->out);
    close_fd(&a->err);
    close_fd(&a->pidfd);
    buf_finish(&a->to_say);
    buf_finish(&a->heard);
    a->scanned = 0;
    a->escaping = PLAIN;
    a->last_told[0] = a->last_printed[0] = '\0';
    a->unasked = 0;
    a->settled = false;
    a->heard_ms = now_ms();
    feed_destroy(a->feed);
    a->feed = NULL;
    view_clear(a->routes_view);
    view_clear(a->arp_view);
    a->ready = a->spent = a->loading = a->stopped = a->expected_to_end = a->killed = false;
}

void actor_destroy(struct actor *a)
{
    if (a->pid > 0) {
        pidfd_send_signal(a->pidfd, SIGKILL, NULL, 0);
        waitpid(a->pid, NULL, 0);
    }
    reset(a);
    buf_finish(&a->complaint);
    buf_finish(&a->complaints);
    buf_finish(&a->said);
    oracle_destroy(a->oracle);
    oracle_destroy(a->before);
    arp_destroy(a->found);
    view_destroy(a->routes_view);
    view_destroy(a->arp_view);
    close_fd(&a->shm.held);
    free(a->shm.name);
    free(a->shm.places);
    for (size_t i = 0; a->faults != NULL && a->faults[i] != NULL; i++)
        free(a->faults[i]);
    free(a->faults);
    for (size_t i = 0; a->places != NULL && a->places[i] != NULL; i++)
        free(a->places[i]);
    free(a->places);
    free(a->console);
    free(a->queues);
    free(a->socket);
    free(a->group);
    free(a->name);
    free(a);
}

bool actor_runs(const struct actor *a)
{
    return a->pid > 0;
}

size_t actor_descriptors(const struct actor *a)
{
    char path[64];
    size_t n = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)a->pid);
    DIR *d = opendir(path);
    if (d == NULL)
        return 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Which descriptors the process holds, for the report. */
static void list_descriptors(const struct actor *a, struct buf *out)
{
    char path[64], target[256];

    for (int fd = 0; fd < 1024; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)a->pid, fd);
        ssize_t len = readlink(path, target, sizeof target);
        if (len > 0)
            buf_printf(out, "descriptor %d: %.*s\n", fd, (int)len, target);
    }
}

int actor_check_descriptors(struct world *w, struct actor *s)
{
    size_t now = 0;
    int pause = 0;

    if (!actor_runs(s) || s->descriptors_at_ready == 0)
        return 0;
    while ((now = actor_descriptors(s)) > s->descriptors_at_ready) {
        if (world_late(w)) {
            world_fail_for(w, "ROB-8",
                           "%s held %zu descriptors when it was ready, and holds %zu now that its "
                           "clients have left",
                           s->name, s->descriptors_at_ready, now);
            list_descriptors(s, &w->outcome.detail);
            return -1;
        }
        world_pause(w, next_pause(&pause));
    }
    return 0;
}

/* What the manifest would have to have for this start; NULL if it has it. */
static const char *lacking(const struct actor *a)
{
    const struct program *p = a->program;

    if (p->command == NULL)
        return a->is_server ? "server" : "client";
    if (p->network == NULL && (a->places != NULL || where_is_network(a->socket)))
        return "network of this program";
    if (p->queue == NULL && a->queue_count > 0)
        return "queue of a server";
    if (p->select == NULL && a->select)
        return "select of a server";
    if (p->public == NULL && a->is_public)
        return "words for a public network";
    for (size_t i = 0; a->places != NULL && a->places[i] != NULL; i++)
        if (p->listening == NULL && network_is_open(a->places[i]))
            return "line that tells a port";
    return NULL;
}

static const char *launch_advice(const struct actor *a, int error)
{
    if (error == EACCES && geteuid() == 0)
        return "; it runs as a user without rights, so others have to be able to read and execute "
               "it (chmod -R o+rX)";
    return strncmp(a->program->command[0], "/tmp/", 5) == 0
               ? "; the sandbox hides /tmp but for the manifest's root"
               : "";
}

int actor_start(struct world *w, struct actor *a)
{
    if (lacking(a) != NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "the manifest names no %s", lacking(a));
    if (bounds_allow_server(w, a) < 0)
        return -1;
    reset(a);
    if (a->oracle != NULL)
        oracle_clear(a->oracle);
    arp_destroy(a->found);
    a->found = a->is_server && w->manifest->objects.per_mac
                   ? objects_list(&w->manifest->objects, OBJECTS_OF_ANYONE)
                   : NULL;
    if (actor_launch(w, a) < 0)
        return world_fail(w, VERDICT_BROKEN, "%s cannot be started: %s: %s%s", a->name,
                          a->program->wrapper ? a->program->wrapper[0] : a->program->command[0],
                          strerror(errno), launch_advice(a, errno));
    a->started_us = now_us();
    world_tell(w, "%s started, pid %d", a->name, (int)a->pid);
    if (bounds_allow_client(w) < 0)
        return -1;
    if (ready_await(w, a) < 0)
        return -1;
    a->bound = a->is_server && access(a->socket, F_OK) == 0;
    a->descriptors_at_ready = actor_descriptors(a);
    for (size_t i = 0; a->places != NULL && a->places[i] != NULL; i++)
        if (network_is_open(a->places[i]))
            return world_fail_for(w, "NET-2", "%s is ready and has not told its port at %s",
                                  a->name, a->places[i]);
    return 0;
}

void actor_end_output(struct actor *a)
{
    close_fd(&a->out);
    buf_finish(&a->heard);
    a->scanned = 0;
}

void actor_end_console(struct actor *a)
{
    if (a->program->terminal && a->in >= 0 && write(a->in, "\4", 1) < 0 && errno == EIO)
        actor_end_output(a); /* nobody holds the terminal any more */
    close_fd(&a->in);
    buf_finish(&a->to_say);
}

/* It was told to quit in the manifest's words, said something, and waits to be told the next. */
static bool is_asked_again(const struct world *w, const struct actor *a)
{
    return a->asking != NULL && a->asking->op == ASK_QUIT && a->asking->move > 0 &&
           *doing_last(a) != '\0' && (a->asking->back || doing_awaits_line(a)) &&
           !manifest_claims(w->manifest, "console");
}

static int fail_end(struct world *w, const struct actor *a)
{
    if (is_asked_again(w, a))
        return world_timeout_broken(
            w, true,
            "%s printed \"%s\" when it was told to quit, and reads its console again: quit "
            "in [%s] has to say what ends it",
            a->name, doing_last(a), a->is_server ? "server" : "client");
    return world_timeout_for(w, "CON-13", "%s did not end", a->name);
}

int actor_wait_end(struct world *w, struct actor *a)
{
    const struct actor *accused = w->accused;

    world_accuse(w, a);
    while (actor_runs(a))
        if (!world_wait(w))
            return fail_end(w, a);
    while (a->out >= 0 || a->err >= 0) /* what it said last */
        if (!world_wait(w)) {
            char *holder = doing_name_holder(a);
            world_timeout_for(w, "ROB-7", "%s ended, but %s keeps its output open, and did not end",
                              a->name, holder);
            free(holder);
            return -1;
        }
    world_accuse(w, accused);
    return 0;
}

int actor_signal(struct world *w, struct actor *a, int signal)
{
    siginfo_t info;

    if (signal != SIGKILL)
        ready_settle(w, a);
    world_tell(w, "%s ! SIG%s", a->name, sigabbrev_np(signal));
    if (!actor_runs(a) || pidfd_send_signal(a->pidfd, signal, NULL, 0) < 0)
        return world_fail(w, a->expected_to_end ? VERDICT_BROKEN : VERDICT_FAIL,
                          "%s does not run; it cannot be signalled", a->name);
    if (signal == SIGSTOP && waitid(P_PID, (id_t)a->pid, &info, WSTOPPED | WEXITED | WNOWAIT) < 0)
        return world_fail(w, VERDICT_BROKEN, "waiting for %s to stop: %s", a->name,
                          strerror(errno));
    if (signal == SIGSTOP && info.si_code != CLD_STOPPED)
        return world_fail(w, VERDICT_FAIL, "%s ended before it could be stopped", a->name);
    if (signal == SIGSTOP)
        a->stopped = true;
    if (signal == SIGCONT)
        a->stopped = false;
    if (signal == SIGKILL)
        a->killed = true;
    if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT)
        a->expected_to_end = true;
    return 0;
}

int actor_quit(struct world *w, struct actor *a)
{
    a->expected_to_end = true;
    bool says = dialogue_asks(&a->program->ask[ASK_QUIT]) && a->in >= 0 && !a->spent;
    int number = a->spent ? SIGKILL : a->program->quit_signal;
    struct ask ask = {.op = ASK_QUIT};
    a->asking = &ask;
    int result = says ? actor_send(w, a, &ask) : actor_signal(w, a, number ? number : SIGTERM);
    result = result < 0 ? -1 : actor_wait_end(w, a);
    a->asking = NULL;
    return result;
}

bool actor_ended_well(const struct actor *a)
{
    bool crash = WIFSIGNALED(a->status) && WTERMSIG(a->status) != SIGTERM &&
                 WTERMSIG(a->status) != a->program->quit_signal;

    return a->status == 0 || a->spent || (!manifest_is_tidy(a->program->home) && !crash);
}

bool actor_complained(const struct actor *a, const char *text)
{
    if (a->program->terminal && a->said.len > 0 && strstr(a->said.data, text) != NULL)
        return true; /* both are the terminal */
    return a->complaints.len > 0 && strstr(a->complaints.data, text) != NULL;
}

bool actor_said(const struct actor *a, const char *text)
{
    return actor_complained(a, text) || (a->said.len > 0 && strstr(a->said.data, text) != NULL);
}

static size_t count_lines_with(const struct buf *lines, const char *text)
{
    const char *at = lines->len > 0 ? lines->data : NULL;
    size_t n = 0;

    while (at != NULL && (at = strstr(at, text)) != NULL) {
        n++;
        at = strchr(at, '\n');
    }
    return n;
}

size_t actor_count_said(const struct actor *a, const char *text)
{
    return count_lines_with(&a->complaints, text) + count_lines_with(&a->said, text);
}

char *actor_describe_end(const struct actor *a)
{
    if (WIFSIGNALED(a->status))
        return x_printf("signal %d (SIG%s: %s)", WTERMSIG(a->status),
                        sigabbrev_np(WTERMSIG(a->status)), strsignal(WTERMSIG(a->status)));
    return x_printf("exit status %d", WEXITSTATUS(a->status));
}

/* Reads what is there; false at the end of file. */
static bool drain(int fd, struct buf *into)
{
    char chunk[65536];
    ssize_t got = read(fd, chunk, sizeof chunk);

    if (got > 0)
        buf_add(into, chunk, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void say(struct actor *a)
{
    ssize_t put;

    feed_refill(a);
    if (a->to_say.len == 0)
        return;
    put = write(a->in, a->to_say.data, a->to_say.len);
    if (put > 0)
        buf_consume(&a->to_say, (size_t)put);
    else if (put < 0 && errno != EAGAIN && errno != EINTR)
        actor_end_console(a);
    feed_refill(a);
}

size_t actor_poll(struct actor *a, struct pollfd *out)
{
    size_t n = 0;

    if (a->pid > 0)
        out[n++] = (struct pollfd){.fd = a->pidfd, .events = POLLIN};
    if (a->out >= 0)
        out[n++] = (struct pollfd){.fd = a->out, .events = POLLIN};
    if (a->err >= 0)
        out[n++] = (struct pollfd){.fd = a->err, .events = POLLIN};
    if (a->in >= 0 && (a->to_say.len > 0 || a->feed != NULL)) {
        feed_refill(a);
        if (a->to_say.len > 0)
            out[n++] = (struct pollfd){.fd = a->in, .events = POLLOUT};
    }
    return n;
}

static void tell_complaint(struct world *w, struct actor *a)
{
    char *line = a->complaint.data, *end;

    while (line != NULL && (end = strchr(line, '\n')) != NULL) {
        world_tell(w, "%s 2 %.*s", a->name, (int)(end - line), line);
        doing_note(a, line, (size_t)(end - line), true);
        if (a->complaints.len < LINE_MOST)
            buf_add(&a->complaints, line, (size_t)(end + 1 - line));
        line = end + 1;
    }
    if (line != NULL)
        buf_consume(&a->complaint, (size_t)(line - a->complaint.data));
    if (a->complaint.len > LINE_MOST)
        buf_finish(&a->complaint); /* it can't be shown; what is shown is cut anyway */
}

/* Who was at work all the time that it ran does not wait as it should; nor does who has much to say
 * that nobody asked for. */
static void note_waste(struct world *w, const struct actor *a, const struct rusage *used)
{
    double ran = (double)(now_us() - a->started_us) / 1e6;
    double work = (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
                  (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;

    if (a->program->home->own_wire && work > 0.1 && work > ran / 10)
        world_note(w, "%s used %.2f s of processor in the %.2f s that it ran", a->name, work, ran);
    if (a->unasked > MUCH && (double)a->unasked > MUCH * ran)
        world_note(w, "%s printed %.1f MB that answer nothing in the %.2f s that it ran", a->name,
                   (double)a->unasked / 1e6, ran);
}

/* The end of its output: an unfinished line is its last. */
static void end_lines(struct world *w, struct actor *a)
{
    close_fd(&a->out);
    if (a->heard.len > 0)
        converse_note(w, a, a->heard.data, a->heard.len);
    buf_finish(&a->heard);
    a->scanned = 0;
}

void actor_handle(struct world *w, struct actor *a, int fd, short events)
{
    if (fd == a->in && events & (POLLOUT | POLLERR)) {
        say(a);
    } else if (fd == a->out && events & (POLLIN | POLLHUP)) {
        size_t before = a->heard.len;
        bool more = drain(fd, &a->heard);
        quiet_broken(w, a, true);
        if (a->program->terminal && a->heard.len > before)
            buf_cut(&a->heard, before + terminal_clean(&a->escaping, a->heard.data + before,
                                                       a->heard.len - before));
        if (a->heard.len > before)
            converse_hear(w, a);
        if (!more && a->out >= 0)
            end_lines(w, a);
    } else if (fd == a->err && events & (POLLIN | POLLHUP)) {
        if (!drain(fd, &a->complaint))
            close_fd(&a->err);
        tell_complaint(w, a);
    } else if (fd == a->pidfd && a->pid > 0) {
        struct rusage used;
        if (wait4(a->pid, &a->status, WNOHANG, &used) != a->pid)
            return;
        a->pid = 0;
        note_waste(w, a, &used);
        if (a->program->wrapper != NULL)
            wrap_end(w, a->status);
        char *end = actor_describe_end(a);
        world_tell(w, "%s ended with %s", a->name, end);
        free(end);
    }
}
