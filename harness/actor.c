/* SPDX-License-Identifier: MIT */
#include "actor.h"

#include "feed.h"
#include "launch.h"
#include "network.h"
#include "wrap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MOST 1048576 /* bytes of a line of output; who prints more is out of its mind */

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
    feed_destroy(a->feed);
    a->feed = NULL;
    a->ready = a->loading = a->stopped = a->expected_to_end = a->killed = false;
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
        if (now_ms() >= w->deadline_ms) {
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

int actor_start(struct world *w, struct actor *a)
{
    if (lacking(a) != NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "the manifest names no %s", lacking(a));
    reset(a);
    if (a->oracle != NULL)
        oracle_clear(a->oracle);
    if (actor_launch(w, a) < 0)
        return world_fail(w, VERDICT_BROKEN, "%s cannot be started: %s: %s%s", a->name,
                          a->program->wrapper ? a->program->wrapper[0] : a->program->command[0],
                          strerror(errno),
                          strncmp(a->program->command[0], "/tmp/", 5) == 0
                              ? "; the sandbox hides /tmp but for the manifest's root"
                              : "");
    world_tell(w, "%s started, pid %d", a->name, (int)a->pid);
    if (a->program->ready == NULL)
        a->ready = true;
    while (!a->ready) {
        if (!actor_runs(a)) {
            char *end = actor_describe_end(a);
            world_fail_for(w, a->is_server ? "TRN-1" : "SES-13",
                           "%s ended before it was ready, with %s", a->name, end);
            free(end);
            return -1;
        }
        if (!world_wait(w))
            return world_timeout_for(w, a->is_server ? "TRN-1" : "SES-13",
                                     "%s did not become ready", a->name);
    }
    a->descriptors_at_ready = actor_descriptors(a);
    for (size_t i = 0; a->places != NULL && a->places[i] != NULL; i++)
        if (network_is_open(a->places[i]))
            return world_fail_for(w, "NET-2", "%s is ready and has not told its port at %s",
                                  a->name, a->places[i]);
    return 0;
}

/* The line of a question as the program wants to hear it; the caller's. */
static char *make_line(const struct dialogue *d, const struct ask *ask)
{
    const char *const values[][2] = {
        {"{prefix}", ask->prefix},   {"{gateway}", ask->gateway}, {"{oif}", ask->oif},
        {"{address}", ask->address}, {"{mac}", ask->mac},         {"{file}", ask->file},
        {"{line}", ask->line},
    };

    return text_fill(d->send, values, LENGTH(values));
}

int actor_send(struct world *w, struct actor *a, const struct ask *ask)
{
    const struct dialogue *d = &a->program->ask[ask->op];

    if (d->send == NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "the manifest does not say how to ask %s for %s",
                          a->name, operation_name(ask->op));
    if (a->in < 0)
        return world_fail(w, VERDICT_BROKEN,
                          "the console of %s is closed; nothing can be asked there", a->name);
    if (ask->bytes != NULL) {
        world_tell(w, "%s > %zu bytes", a->name, ask->bytes->len);
        buf_add(&a->to_say, ask->bytes->data, ask->bytes->len);
    } else {
        char *line = make_line(d, ask);
        world_tell(w, "%s > %s", a->name, line);
        buf_adds(&a->to_say, line);
        free(line);
    }
    buf_adds(&a->to_say, "\n");
    return 0;
}

/* It was to be ended, and the scenario asks it all the same; or it ended by itself. */
static int complain_end(struct world *w, struct actor *a)
{
    char *end;

    if (a->expected_to_end)
        return world_fail(w, VERDICT_BROKEN, "%s does not run; nothing can be asked there",
                          a->name);
    end = actor_describe_end(a);
    world_fail(w, VERDICT_FAIL, "%s ended by itself with %s", a->name, end);
    free(end);
    return -1;
}

int actor_ask(struct world *w, struct actor *a, struct ask *ask)
{
    if (a->feed != NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is being fed; say \"await %s 100%%\" first",
                          a->name, a->name);
    if (!actor_runs(a))
        return complain_end(w, a);
    if (a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is stopped; say \"continue %s\" first", a->name,
                          a->name);
    if (actor_send(w, a, ask) < 0)
        return -1;
    int64_t step_deadline = w->deadline_ms; /* an answer has its own: the last one of a step too */
    w->deadline_ms = now_ms() + w->test->head.deadline_ms;
    a->asking = ask;
    while (!ask->answered) {
        if (!actor_runs(a) && a->out < 0 && a->err < 0) {
            char *end = actor_describe_end(a);
            world_fail(w, VERDICT_FAIL, "%s ended with %s instead of answering", a->name, end);
            free(end);
            break;
        }
        if (!world_wait(w)) {
            world_timeout_for(w, "CON-1", "%s gave no answer to its last question", a->name);
            break;
        }
    }
    a->asking = NULL;
    w->deadline_ms = step_deadline;
    return ask->answered ? 0 : -1;
}

void actor_end_console(struct actor *a)
{
    close_fd(&a->in);
    buf_finish(&a->to_say);
}

int actor_wait_end(struct world *w, struct actor *a)
{
    while (actor_runs(a))
        if (!world_wait(w))
            return world_timeout_for(w, "CON-13", "%s did not end", a->name);
    while (a->out >= 0 || a->err >= 0) /* what it said last */
        if (!world_wait(w))
            return world_timeout_for(w, "ROB-7", "%s ended, but something keeps its output open",
                                     a->name);
    return 0;
}

int actor_signal(struct world *w, struct actor *a, int signal)
{
    siginfo_t info;

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
    if (a->program->quit_say != NULL && a->in >= 0) {
        world_tell(w, "%s > %s", a->name, a->program->quit_say);
        buf_adds(&a->to_say, a->program->quit_say);
        buf_adds(&a->to_say, "\n");
    } else if (actor_signal(w, a, a->program->quit_signal ? a->program->quit_signal : SIGTERM) <
               0) {
        return -1;
    }
    return actor_wait_end(w, a);
}

bool actor_complained(const struct actor *a, const char *text)
{
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
        return x_printf("signal %d (%s)", WTERMSIG(a->status), strsignal(WTERMSIG(a->status)));
    return x_printf("exit status %d", WEXITSTATUS(a->status));
}

/* A line for the transcript, and for those who ask later what was said. */
static void note_line(struct world *w, struct actor *a, const char *line, size_t len)
{
    world_tell(w, "%s < %.*s", a->name, (int)len, line);
    if (a->said.len > LINE_MOST)
        return;
    buf_add(&a->said, line, len);
    buf_adds(&a->said, "\n");
}

/* A line that belongs to no question. On the line protocol it must not look like an answer (CON-1).
 */
static void hear_unasked(struct world *w, struct actor *a, const char *line, size_t len)
{
    const struct dialogue *d = &a->program->ask[ASK_LINE];

    note_line(w, a, line, len);
    if (manifest_claims(w->manifest, "console") && !a->expected_to_end && a->console == NULL &&
        (pattern_match(d->done, line, len) || pattern_match(d->refused, line, len)))
        world_fail_for(w, "CON-1", "%s gives an answer that nobody has asked for: %.*s", a->name,
                       (int)(len < 200 ? len : 200), line);
}

/* The answer of a load that runs beside other questions. Its refusal can be told from theirs only
 * when none of them is open. */
static bool hear_load(struct world *w, struct actor *a, const char *line, size_t len)
{
    const struct dialogue *d = &a->program->ask[ASK_LOAD];
    bool open = a->asking != NULL && !a->asking->answered;

    a->load_refused = !open && pattern_match(d->refused, line, len);
    if (!a->load_refused && !pattern_match(d->done, line, len))
        return false;
    note_line(w, a, line, len);
    a->loading = false;
    a->load_us = now_us() - a->load_us;
    return true;
}

/* One line of standard output: a notice, an answer to the feed, or a part of an answer. */
static void hear_line(struct world *w, struct actor *a, const char *line, size_t len)
{
    struct ask *ask = a->asking;

    if (!a->ready)
        network_learn_port(a->places, a->program->listening, line, len);
    if (!a->ready && pattern_match(a->program->ready, line, len)) {
        note_line(w, a, line, len);
        a->ready = true;
        return;
    }
    if (pattern_match(a->program->notice, line, len)) {
        note_line(w, a, line, len);
        return;
    }
    if (a->feed != NULL) {
        feed_hear(w, a, line, len);
        return;
    }
    if (a->loading && hear_load(w, a, line, len))
        return;
    if (ask == NULL || ask->answered) {
        hear_unasked(w, a, line, len);
        return;
    }
    const struct dialogue *d = &a->program->ask[ask->op];
    if (ask->row != NULL)
        ask->row(ask->ctx, line, len);
    ask->refused = pattern_match(d->refused, line, len);
    bool closing = ask->refused || pattern_match(d->done, line, len);
    if (closing || ask->row == NULL) /* the rows of a table would push out all else */
        note_line(w, a, line, len);
    if (!closing)
        return;
    if (ask->more > 0) {
        ask->more--;
        return;
    }
    ask->answered = true;
    if (len >= sizeof ask->closing)
        len = sizeof ask->closing - 1;
    memcpy(ask->closing, line, len);
    ask->closing[len] = '\0';
}

static void hear(struct world *w, struct actor *a)
{
    char *end, *line = a->heard.data;
    size_t left = a->heard.len;

    while ((end = memchr(line + a->scanned, '\n', left - a->scanned)) != NULL) {
        size_t len = (size_t)(end - line);
        a->scanned = 0;
        hear_line(w, a, line, len > 0 && line[len - 1] == '\r' ? len - 1 : len);
        left -= len + 1;
        line = end + 1;
    }
    a->scanned = left;
    buf_consume(&a->heard, a->heard.len - left);
    if (left <= LINE_MOST)
        return;
    world_fail(w, VERDICT_FAIL, "%s prints a line of more than %d bytes", a->name, LINE_MOST);
    close_fd(&a->out);
    buf_finish(&a->heard);
    a->scanned = 0;
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
        if (a->complaints.len < LINE_MOST)
            buf_add(&a->complaints, line, (size_t)(end + 1 - line));
        line = end + 1;
    }
    if (line != NULL)
        buf_consume(&a->complaint, (size_t)(line - a->complaint.data));
    if (a->complaint.len > LINE_MOST)
        buf_finish(&a->complaint); /* it can't be shown; what is shown is cut anyway */
}

void actor_handle(struct world *w, struct actor *a, int fd, short events)
{
    if (fd == a->in && events & (POLLOUT | POLLERR)) {
        say(a);
    } else if (fd == a->out && events & (POLLIN | POLLHUP)) {
        bool more = drain(fd, &a->heard);
        if (a->heard.len > 0)
            hear(w, a);
        if (!more)
            close_fd(&a->out);
    } else if (fd == a->err && events & (POLLIN | POLLHUP)) {
        if (!drain(fd, &a->complaint))
            close_fd(&a->err);
        tell_complaint(w, a);
    } else if (fd == a->pidfd && a->pid > 0) {
        if (waitpid(a->pid, &a->status, WNOHANG) != a->pid)
            return;
        a->pid = 0;
        if (a->program->wrapper != NULL)
            wrap_end(w, a->status);
        char *end = actor_describe_end(a);
        world_tell(w, "%s ended with %s", a->name, end);
        free(end);
    }
}
