/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "case.h"
#include "data.h"
#include "footing.h"
#include "generate.h"
#include "interrupt.h"
#include "tally.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_AT_ONCE 256 /* declared costs of the cases that run at the same time */
#define QUEUE_BYTES 90000     /* what a message queue of Linux' usual limits is charged */

struct worker {
    pid_t pid;
    int fd; /* its event comes here */
    const struct test_case *test;
    char *dir;
    struct buf event;
    int64_t give_up_ms;
    bool alone;
};

struct run {
    const struct run_options *o;
    struct reports *reports;
    bool namespaces;
    char *dir, *data; /* data: NULL if there is none */
    const struct test_case **queue;
    size_t next;
    const struct test_case **again; /* to be run alone */
    size_t again_n;
    struct worker *workers;
    size_t worker_n;
    int processes, queues, started;
    int queues_at_once; /* that RLIMIT_MSGQUEUE has room for */
    struct tally tally;
    int64_t started_us;
};

/* Shuffled by the seed; those on real data first, since they take longest. */
static void make_queue(struct run *r)
{
    struct random random = {r->o->seed};
    size_t n = r->o->n, at = 0;
    const struct test_case **shuffled = x_calloc(n, sizeof *shuffled);

    memcpy(shuffled, r->o->cases, n * sizeof *shuffled);
    for (size_t i = n; i > 1; i--) {
        size_t k = random_below(&random, (uint32_t)i);
        const struct test_case *held = shuffled[i - 1];
        shuffled[i - 1] = shuffled[k];
        shuffled[k] = held;
    }
    r->queue = x_calloc(n, sizeof *r->queue);
    for (int heavy = 1; heavy >= 0; heavy--)
        for (size_t i = 0; i < n; i++)
            if (case_tagged(shuffled[i], "data") == (heavy == 1))
                r->queue[at++] = shuffled[i];
    free(shuffled);
}

/* In the child: runs the case and writes its event. */
static void work(struct run *r, const struct worker *worker, int out)
{
    struct sandbox s;
    char *why = NULL;
    json_t *event;

    interrupt_reset();
    sandbox_init(&s, r->namespaces, r->o->manifest->root, worker->dir, r->data);
    if (sandbox_enter(&s, &why) < 0)
        event = case_event(worker->test, VERDICT_BROKEN, why);
    else
        event = case_run(worker->test, r->o->manifest, &s, r->o->requirements);
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

static void finish_worker(struct run *r, struct worker *w)
{
    json_error_t error;
    json_t *event = w->event.len ? json_loads(w->event.data, 0, &error) : NULL;
    int status = 0;

    waitpid(w->pid, &status, 0);
    close(w->fd);
    if (event == NULL) {
        bool late = now_ms() >= w->give_up_ms;
        char *why = x_printf(late ? "the case took too long and was ended"
                                  : "the runner of the case was lost (status %d)",
                             status);
        event = case_event(w->test, late ? VERDICT_UNRESOLVED : VERDICT_BROKEN, why);
        free(why);
    }
    r->processes -= w->test->head.processes;
    r->queues -= w->test->head.queues;
    if (event_verdict(event) == VERDICT_UNRESOLVED && !w->alone) {
        r->again[r->again_n++] = w->test;
        tree_remove(w->dir);
    } else {
        if (w->alone)
            json_object_set_new(event, "alone", json_true());
        baseline_judge(r->o->baseline, event);
        tally_count(&r->tally, w->test, event);
        if (r->o->keep)
            event_set(event, "kept", w->dir);
        else
            tree_remove(w->dir);
        reports_tell(r->reports, event);
    }
    json_decref(event);
    buf_finish(&w->event);
    free(w->dir);
}

static int make_private_dir(struct run *r, struct worker *w)
{
    struct sandbox who;

    w->dir = x_printf("%s/%d", r->dir, r->started++);
    if (mkdir(w->dir, 0755) < 0)
        return -1;
    sandbox_init(&who, false, "", "", NULL);
    int result = geteuid() == 0 ? chown(w->dir, who.uid, who.gid) : 0;
    sandbox_finish(&who);
    return result;
}

/* Starts one case; -1 if the host gave no process for it. */
static int start(struct run *r, const struct test_case *t, bool alone)
{
    struct worker *w = &r->workers[r->worker_n];
    int pipes[2];

    *w = (struct worker){.test = t, .alone = alone};
    w->give_up_ms =
        now_ms() + (t->head.wrapped ? 600000 : 120000) + 4 * (int64_t)t->head.deadline_ms;
    if (make_private_dir(r, w) < 0 || pipe2(pipes, O_CLOEXEC) < 0)
        return -1;
    w->pid = fork();
    if (w->pid == 0)
        work(r, w, pipes[1]);
    close(pipes[1]);
    if (w->pid < 0) {
        close(pipes[0]);
        return -1;
    }
    w->fd = pipes[0];
    r->processes += t->head.processes;
    r->queues += t->head.queues;
    r->worker_n++;
    return 0;
}

/* Starts what fits beside what runs already. */
static int start_some(struct run *r)
{
    while (r->worker_n < (size_t)r->o->jobs && r->next < r->o->n) {
        const struct test_case *t = r->queue[r->next];
        if (r->worker_n > 0 && (r->processes + t->head.processes > PROCESSES_AT_ONCE ||
                                r->queues + t->head.queues > r->queues_at_once))
            break;
        if (start(r, t, false) < 0)
            return -1;
        r->next++;
    }
    if (r->worker_n == 0 && r->next == r->o->n && r->again_n > 0)
        return start(r, r->again[--r->again_n], true);
    return 0;
}

/* Reads what the workers tell; those at the end of their stream are finished. */
static void collect(struct run *r)
{
    struct pollfd fds[64];

    for (size_t i = 0; i < r->worker_n; i++)
        fds[i] = (struct pollfd){.fd = r->workers[i].fd, .events = POLLIN};
    int ready = poll(fds, r->worker_n, 1000);
    for (size_t i = r->worker_n; i-- > 0 && !interrupted();) {
        struct worker *w = &r->workers[i];
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
        *w = r->workers[--r->worker_n];
        finish_worker(r, &done);
    }
}

static void abandon(struct run *r)
{
    for (size_t i = 0; i < r->worker_n; i++) {
        kill(r->workers[i].pid, SIGKILL);
        waitpid(r->workers[i].pid, NULL, 0);
        close(r->workers[i].fd);
        buf_finish(&r->workers[i].event);
        free(r->workers[i].dir);
    }
    r->worker_n = 0;
    sandbox_end_children(); /* the namespaces of those, or their actors: all gone before this
                               returns */
}

/* The directory of the run; all cases' directories and the unpacked data lie in it. */
static int make_run_dir(struct run *r, char **why)
{
    const char *tmp = getenv("TMPDIR");
    const char *from = r->o->data;

    r->dir = x_printf("%s/rtmtest.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (mkdtemp(r->dir) == NULL || chmod(r->dir, 0755) < 0) {
        *why = x_printf("%s: %s", r->dir, strerror(errno));
        return -1;
    }
    if (from == NULL)
        return 0;
    r->data = x_printf("%s/data", r->dir);
    if (mkdir(r->data, 0755) < 0) {
        *why = x_printf("%s: %s", r->data, strerror(errno));
        return -1;
    }
    *why = data_unpack(r->o->cases, r->o->n, from, r->data);
    return *why == NULL ? 0 : -1;
}

static json_t *claims(const struct manifest *m)
{
    json_t *features = json_array();

    for (size_t i = 0; m->features[i] != NULL; i++)
        json_array_append_new(features, event_string(m->features[i]));
    return features;
}

static void tell_start(struct run *r, const char *sandbox)
{
    const struct run_options *o = r->o;
    json_t *e = json_pack("{s:s, s:i}", "event", "start", "stream", STREAM_VERSION);
    char seed[24], digest[24], began[32];
    struct utsname u;
    time_t now = time(NULL);

    uname(&u);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    snprintf(digest, sizeof digest, "%016llx",
             (unsigned long long)requirements_digest(o->requirements));
    strftime(began, sizeof began, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    event_set(e, "suite", "rtmtest " SUITE_VERSION);
    event_set(e, "spec", "RTM/1");
    event_set(e, "spec_digest", digest);
    event_set(e, "iut", o->manifest->name);
    event_set(e, "manifest", o->manifest->file);
    json_object_set_new(e, "features", claims(o->manifest));
    event_set(e, "kernel", u.release);
    event_set(e, "sandbox", sandbox);
    event_set(e, "data", o->data);
    event_set(e, "baseline", o->baseline->file);
    event_set(e, "wrap_server", o->wrap_server);
    event_set(e, "wrap_client", o->wrap_client);
    event_set(e, "seed", seed);
    json_object_set_new(e, "jobs", json_integer(o->jobs));
    event_set(e, "began", began);
    json_object_set_new(e, "cases", json_integer((json_int_t)o->n));
    json_object_set_new(e, "whole", json_boolean(o->whole));
    event_set(e, "repeat", o->repeat);
    reports_tell(r->reports, e);
    json_decref(e);
}

/* Finds out what sandbox there is, and says it as the report has it; NULL if the one that was asked
 * for can't be had. */
static char *choose_sandbox(struct run *r)
{
    char *why;

    if (r->o->sandbox == SANDBOX_NONE)
        return x_strdup(SANDBOX_DECLINED);
    why = sandbox_try();
    r->namespaces = why == NULL;
    if (why == NULL)
        return x_strdup("namespaces");
    char *text = x_printf("none (no namespaces: %s)", why);
    free(why);
    if (r->o->sandbox == SANDBOX_AUTO)
        return text;
    fprintf(stderr, "rtmtest: %s; leave --sandbox out to run without\n", text);
    free(text);
    return NULL;
}

/* Runs what is queued. What kept it from its end, or NULL; the caller's. */
static char *run_all(struct run *r)
{
    while (!interrupted() && (r->next < r->o->n || r->worker_n > 0 || r->again_n > 0)) {
        if (start_some(r) < 0)
            return x_printf("a case cannot be started: %s", strerror(errno));
        if (r->worker_n > 0)
            collect(r);
    }
    return interrupted() ? x_strdup("the run was interrupted") : NULL;
}

static void init(struct run *r)
{
    struct rlimit bytes = {0};

    interrupt_watch();
    getrlimit(RLIMIT_MSGQUEUE, &bytes);
    r->queues_at_once =
        bytes.rlim_cur / QUEUE_BYTES < 64 ? (int)(bytes.rlim_cur / QUEUE_BYTES) : 64;
    sandbox_adopt_orphans();
    r->workers = x_calloc((size_t)r->o->jobs, sizeof *r->workers);
    r->again = x_calloc(r->o->n, sizeof *r->again);
    tally_init(&r->tally, r->o->manifest);
    make_queue(r);
}

static void finish(struct run *r)
{
    if (r->dir != NULL && !r->o->keep)
        tree_remove(r->dir);
    else if (r->dir != NULL)
        fprintf(stderr, "rtmtest: directories kept in %s\n", r->dir);
    free(r->dir);
    free(r->data);
    free(r->queue);
    free(r->again);
    footing_finish();
    tally_finish(&r->tally);
    free(r->workers);
}

int run_cases(const struct run_options *o, struct reports *reports)
{
    struct run r = {.o = o, .reports = reports, .started_us = now_us()};
    char *sandbox = choose_sandbox(&r), *trouble = NULL;
    int code;

    if (sandbox == NULL)
        return EXIT_UNDECIDED;
    init(&r);
    tell_start(&r, sandbox);
    if (make_run_dir(&r, &trouble) == 0) {
        footing_test(r.namespaces, o->manifest->root, r.dir);
        trouble = run_all(&r);
    }
    if (trouble != NULL)
        fprintf(stderr, "rtmtest: %s\n", trouble);
    abandon(&r);
    json_t *end = tally_end(&r.tally, o->whole, trouble, r.started_us);
    code = event_count(end, "exit");
    reports_tell(reports, end);
    json_decref(end);
    finish(&r);
    free(trouble);
    free(sandbox);
    return code;
}
