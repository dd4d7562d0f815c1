/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "alone.h"
#include "budget.h"
#include "case.h"
#include "footing.h"
#include "interrupt.h"
#include "leftover.h"
#include "pace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_AT_ONCE 256 /* declared costs of the cases that run at the same time */
#define PATH_MOST 80          /* bytes of a directory in which sockets of cases are to have room */
#define QUEUE_BYTES 90000     /* what a message queue of Linux' usual limits is charged */

struct worker {
    pid_t pid;
    int fd; /* its event comes here */
    const struct test_case *test;
    char *dir;
    struct buf event;
    int64_t began_ms, give_up_ms;
    struct sandbox sandbox;
    bool alone;
};

struct pool {
    struct pool_options o;
    const struct pool_client *client;
    char *dir, *data;     /* data: NULL if there is none */
    int alone;            /* of alone.h, or -1 */
    struct before before; /* of the case, where there is one at a time */
    struct worker *workers;
    size_t worker_n;
    const struct test_case *waiting; /* it does not fit beside those that run */
    const struct test_case **again;  /* to be run alone */
    size_t again_n;
    int processes, queues;
    unsigned started;
    struct start {
        bool worked;    /* a case that starts it came to its end */
        char *lost;     /* why no further case starts it, or NULL */
    } starts[2];        /* of the server and the client */
    int queues_at_once; /* that RLIMIT_MSGQUEUE has room for */
};

static const char *const roles[] = {"server", "client"};

/* Notes whether the programs that the case has started are ready ever. */
static void learn(struct pool *p, const struct test_case *t, const json_t *event)
{
    const char *unready = event_text(event, "unready");
    enum standing standing = verdict_standing(event_verdict(event));

    for (size_t i = 0; i < LENGTH(roles); i++) {
        struct start *s = &p->starts[i];
        s->worked |= standing == PASSED && case_starts(t, roles[i]);
        if (strcmp(unready, roles[i]) == 0 && !s->worked && s->lost == NULL)
            s->lost =
                x_printf("the %s is not started again: in %s %s (rtmtest doctor --iut %s)",
                         roles[i], t->name, event_text(event, "message"), p->o.manifest->file);
    }
}

/* Why there is no use in starting what the case starts, or NULL. */
static const char *is_hopeless(const struct pool *p, const struct test_case *t)
{
    for (size_t i = 0; i < LENGTH(roles); i++)
        if (p->starts[i].lost != NULL && case_starts(t, roles[i]))
            return p->starts[i].lost;
    return NULL;
}

/* In the child: runs the case and writes its event. */
static void work(struct pool *p, const struct worker *worker, int out)
{
    struct sandbox s = worker->sandbox;
    char *why = NULL;
    json_t *event;

    interrupt_reset();
    if (sandbox_enter(&s, &why) < 0)
        event = case_event(worker->test, VERDICT_BROKEN, why);
    else
        event = case_run(worker->test, p->o.manifest, &s, p->o.requirements,
                         is_hopeless(p, worker->test));
    char *text = json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);
    size_t len = strlen(text), done = 0;
    while (done < len) {
        ssize_t put = write(out, text + done, len - done);
        if (put < 0 && errno != EINTR)
            _exit(70);
        done += put > 0 ? (size_t)put : 0;
    }
    _exit(0);
}

/* How a runner was lost; one in namespaces ends by a signal as a shell tells it, 128 and more. */
static char *describe_loss(int status, size_t said)
{
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    const char *as = code > 128 ? "signal" : "status";

    return x_printf("the runner of the case was lost with %s %d, %zu bytes of its event came", as,
                    code > 128 ? code - 128 : code, said);
}

/* A case that could not tidy up itself. */
static void tidy_after(struct pool *p, const struct worker *w)
{
    if (!alone_needed(p->o.manifest, p->o.namespaces))
        return;
    sandbox_end_children();
    before_restore(&p->before, p->o.manifest, w->sandbox.uid);
}

static void finish_worker(struct pool *p, struct worker *w)
{
    json_error_t error;
    json_t *event = w->event.len ? json_loads(w->event.data, 0, &error) : NULL;
    bool late = event == NULL && now_ms() >= w->give_up_ms;
    int status = 0;

    waitpid(w->pid, &status, 0);
    close(w->fd);
    if (event == NULL) {
        char *why = late
                        ? x_printf("the case was ended after %lld s: what it has, and all that its "
                                   "processes may have waited (--limit gives it more)",
                                   (long long)(now_ms() - w->began_ms) / 1000)
                        : describe_loss(status, w->event.len);
        event = case_event(w->test, late ? VERDICT_UNRESOLVED : VERDICT_BROKEN, why);
        free(why);
        tidy_after(p, w);
    }
    learn(p, w->test, event);
    p->processes -= w->test->head.processes;
    p->queues -= w->test->head.queues;
    bool spent = late || json_is_true(json_object_get(event, "spent")); /* it would be again */
    bool again = event_verdict(event) == VERDICT_UNRESOLVED && !w->alone && !spent;
    if (w->alone)
        json_object_set_new(event, "alone", json_true());
    if (p->o.keep && !again)
        event_set(event, "kept", w->dir);
    else
        tree_remove(w->dir);
    if (again) {
        p->again = x_realloc(p->again, (p->again_n + 1) * sizeof *p->again);
        p->again[p->again_n++] = w->test;
    } else {
        p->client->done(p->client->ctx, w->test, event);
    }
    json_decref(event);
    buf_finish(&w->event);
    sandbox_finish(&w->sandbox);
    free(w->dir);
}

static int make_private_dir(struct pool *p, struct worker *w)
{
    unsigned number = p->started++;

    w->dir = x_printf("%s/%u", p->dir, number);
    sandbox_init(&w->sandbox, p->o.namespaces, p->o.manifest->root, w->dir, p->data);
    sandbox_show_other(&w->sandbox, manifest_other_root(p->o.manifest));
    sandbox_own_user(&w->sandbox, number);
    if (mkdir(w->dir, 0755) < 0)
        return -1;
    return geteuid() == 0 ? chown(w->dir, w->sandbox.uid, w->sandbox.gid) : 0;
}

/* What the case needs cannot be had: BROKEN. */
static void refuse(struct pool *p, struct worker *w, const char *what)
{
    const char *advice = "";

    if (errno == ENOENT)
        advice = "; something removed the directory of the run, and TMPDIR=DIR puts it elsewhere";
    char *why = x_printf("the case cannot be started: %s: %s%s", what, strerror(errno), advice);
    json_t *event = case_event(w->test, VERDICT_BROKEN, why);
    p->client->done(p->client->ctx, w->test, event);
    json_decref(event);
    tree_remove(w->dir);
    sandbox_finish(&w->sandbox);
    free(w->dir);
    free(why);
}

/* Starts one case, or tells why it cannot be. */
static void start(struct pool *p, const struct test_case *t, bool alone)
{
    struct worker *w = &p->workers[p->worker_n];
    int pipes[2];

    *w = (struct worker){.test = t, .alone = alone};
    w->began_ms = now_ms();
    w->give_up_ms = w->began_ms + budget_most_ms(t);
    if (make_private_dir(p, w) < 0) {
        refuse(p, w, w->dir);
        return;
    }
    if (pipe2(pipes, O_CLOEXEC) < 0) {
        refuse(p, w, "a pipe");
        return;
    }
    before_finish(&p->before);
    p->before = before_look(p->o.manifest, p->o.namespaces);
    w->pid = fork();
    if (w->pid == 0)
        work(p, w, pipes[1]);
    close(pipes[1]);
    if (w->pid < 0) {
        close(pipes[0]);
        refuse(p, w, "a process");
        return;
    }
    w->fd = pipes[0];
    p->processes += t->head.processes;
    p->queues += t->head.queues;
    p->worker_n++;
}

/* Starts what fits beside what runs already. */
static void start_some(struct pool *p)
{
    bool one = alone_needed(p->o.manifest, p->o.namespaces);
    int jobs = one ? 1 : p->client->jobs > 0 ? p->client->jobs : p->o.jobs;

    if (p->worker_n > 0 && p->workers[0].alone)
        return;
    while (p->worker_n < (size_t)jobs && !interrupted()) {
        const struct test_case *t = p->waiting ? p->waiting : p->client->next(p->client->ctx);
        p->waiting = t;
        if (t == NULL)
            break;
        if (p->worker_n > 0 && (p->processes + t->head.processes > PROCESSES_AT_ONCE ||
                                p->queues + t->head.queues > p->queues_at_once))
            break;
        p->waiting = NULL;
        start(p, t, false);
    }
    if (p->worker_n == 0 && p->waiting == NULL && p->again_n > 0)
        start(p, p->again[--p->again_n], true);
}

/* Reads what the workers tell; those at the end of their stream are finished. */
static void collect(struct pool *p)
{
    struct pollfd fds[POOL_JOBS];

    for (size_t i = 0; i < p->worker_n; i++)
        fds[i] = (struct pollfd){.fd = p->workers[i].fd, .events = POLLIN};
    int ready = poll(fds, p->worker_n, 1000);
    for (size_t i = p->worker_n; i-- > 0 && !interrupted();) {
        struct worker *w = &p->workers[i];
        char chunk[65536];
        ssize_t got = -1;
        if (now_ms() >= w->give_up_ms)
            kill(w->pid, SIGKILL);
        if (ready <= 0 || fds[i].revents == 0)
            continue;
        got = read(w->fd, chunk, sizeof chunk);
        if (got > 0)
            buf_add(&w->event, chunk, (size_t)got);
        if (got > 0 || (got < 0 && errno == EINTR))
            continue;
        struct worker done = *w;
        *w = p->workers[--p->worker_n];
        finish_worker(p, &done);
    }
}

static void abandon(struct pool *p)
{
    for (size_t i = 0; i < p->worker_n; i++) {
        kill(p->workers[i].pid, SIGKILL);
        waitpid(p->workers[i].pid, NULL, 0);
        tidy_after(p, &p->workers[i]);
        close(p->workers[i].fd);
        buf_finish(&p->workers[i].event);
        free(p->workers[i].dir);
    }
    p->worker_n = 0;
    sandbox_end_children(); /* the namespaces of those, or their actors: all gone before this
                               returns */
}

/* What servers of lost cases have left; the others have been tidied up behind. */
static void remove_leftovers(const struct pool *p)
{
    struct sandbox actors;

    sandbox_init(&actors, false, "", "", NULL);
    for (unsigned i = 0; i < p->started; i++) {
        char *dir = x_printf("%s/%u", p->dir, i);
        leftover_remove(dir, actors.uid);
        free(dir);
    }
    sandbox_finish(&actors);
}

/* What it came in between, and for how long that ran. */
static char *describe_interrupt(const struct pool *p)
{
    struct buf b = {0};

    buf_adds(&b, "the run was interrupted");
    for (size_t i = 0; i < p->worker_n; i++) {
        const struct worker *w = &p->workers[i];
        buf_printf(&b, "%s%s (%.1f s)", i == 0 ? " in " : ", ", w->test->name,
                   (double)(now_ms() - w->began_ms) / 1e3);
    }
    return buf_take(&b);
}

char *pool_run(struct pool *p, const struct pool_client *client)
{
    p->client = client;
    while (!interrupted()) {
        start_some(p);
        if (p->worker_n > 0)
            collect(p);
        else if (p->again_n == 0)
            break;
    }
    return interrupted() ? describe_interrupt(p) : NULL;
}

char *pool_choose_sandbox(enum sandbox_choice choice, bool *namespaces)
{
    char *why;

    *namespaces = false;
    if (choice == SANDBOX_NONE)
        return x_strdup(SANDBOX_DECLINED);
    why = sandbox_try();
    *namespaces = why == NULL;
    if (why == NULL)
        return x_strdup("namespaces");
    char *text = x_printf("none (no namespaces: %s)", why);
    free(why);
    if (choice == SANDBOX_AUTO)
        return text;
    fprintf(stderr, "rtmtest: %s; leave --sandbox out to run without\n", text);
    free(text);
    return NULL;
}

/* Why programs cannot be run in that directory (the caller's), or NULL. */
static char *directory_lacking(const char *dir, bool namespaces)
{
    if (!namespaces && strlen(dir) > PATH_MOST)
        return x_printf("%s: no path of a socket in there is short enough for a socket; name "
                        "another directory in TMPDIR",
                        dir);
    if (!namespaces && !sandbox_reaches(dir))
        return x_printf("%s: who the programs run as may not go there; name another directory in "
                        "TMPDIR",
                        dir);
    return NULL;
}

struct pool *pool_create(const struct pool_options *o, char **why)
{
    const char *tmp = getenv("TMPDIR");
    struct pool *p = x_calloc(1, sizeof *p);
    struct rlimit bytes = {0};

    interrupt_watch();
    pace_measure();
    getrlimit(RLIMIT_MSGQUEUE, &bytes);
    p->queues_at_once =
        bytes.rlim_cur / QUEUE_BYTES < 64 ? (int)(bytes.rlim_cur / QUEUE_BYTES) : 64;
    sandbox_adopt_orphans();
    p->o = *o;
    p->alone = alone_needed(o->manifest, o->namespaces) ? alone_begin() : -1;
    p->dir = x_printf("%s/rtmtest.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    p->workers = x_calloc(POOL_JOBS, sizeof *p->workers);
    if (mkdtemp(p->dir) == NULL || chmod(p->dir, 0755) < 0)
        *why = x_printf("%s: %s", p->dir, strerror(errno));
    else
        *why = directory_lacking(p->dir, o->namespaces);
    if (*why == NULL) {
        footing_test(o->namespaces, o->manifest->root, p->dir);
        return p;
    }
    p->o.keep = false;
    pool_destroy(p);
    return NULL;
}

void pool_destroy(struct pool *p)
{
    if (p == NULL)
        return;
    abandon(p);
    if (!p->o.namespaces)
        remove_leftovers(p);
    footing_finish();
    if (!p->o.keep)
        tree_remove(p->dir);
    else
        fprintf(stderr, "rtmtest: directories kept in %s\n", p->dir);
    free(p->dir);
    free(p->data);
    free(p->again);
    for (size_t i = 0; i < LENGTH(roles); i++)
        free(p->starts[i].lost);
    free(p->workers);
    before_finish(&p->before);
    if (p->alone >= 0)
        close(p->alone);
    free(p);
}

const char *pool_directory(const struct pool *p)
{
    return p->dir;
}

void pool_show_data(struct pool *p, const char *directory)
{
    p->data = x_strdup(directory);
}
