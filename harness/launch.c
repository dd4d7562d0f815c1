/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include "fault.h"
#include "network.h"
#include "queue.h"
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* The root of the program's manifest as the case sees it. */
static const char *root_of(const struct world *w, const struct program *p)
{
    return strcmp(p->home->root, w->manifest->root) == 0 ? w->sandbox->root : w->sandbox->other;
}

/* The program's file as the case sees it: relative to the root, or below it on the host. */
static char *program_path(const struct world *w, const struct program *p, const char *word)
{
    size_t len = strlen(p->home->root);

    if (strncmp(word, p->home->root, len) == 0 && word[len] == '/')
        return x_printf("%s%s", root_of(w, p), word + len);
    if (word[0] != '/' && strchr(word, '/') != NULL)
        return x_printf("%s/%s", root_of(w, p), word);
    return x_strdup(word);
}

/* The words of a command line, as it grows. */
struct line {
    char **at;
    size_t n;
};

static void add(struct line *l, char *word)
{
    l->at = x_realloc(l->at, (l->n + 2) * sizeof *l->at);
    l->at[l->n++] = word;
    l->at[l->n] = NULL;
}

static void add_words(struct line *l, char *const *words, const char *const (*values)[2], size_t n)
{
    for (; words != NULL && *words != NULL; words++)
        add(l, text_fill(*words, values, n));
}

/* The same for a place in the network. */
static void add_place(struct line *l, char *const *words, const char *place,
                      const char *const (*values)[2], size_t n)
{
    for (; *words != NULL; words++) {
        char *filled = network_fill(*words, place);
        add(l, text_fill(filled, values, n));
        free(filled);
    }
}

/* The words for each message queue, for each place in the network, and for what else it is told. */
static void add_options(struct line *l, const struct actor *a, const char *const (*values)[2],
                        size_t n)
{
    const struct program *p = a->program;

    for (size_t i = 0; i < a->queue_count; i++)
        add_words(l, p->queue, (const char *const[][2]){{"{queue}", a->queues[i]->path}}, 1);
    for (size_t i = 0; a->places != NULL && a->places[i] != NULL; i++)
        add_place(l, p->network, a->places[i], values, n);
    if (a->is_public)
        add_words(l, p->public, values, n);
    if (a->select)
        add_words(l, p->select, values, n);
}

/* The wrapper's words, then the program's. */
static char **make_argv(struct world *w, const struct actor *a)
{
    const struct program *p = a->program;
    bool remote = !a->is_server && where_is_network(a->socket);
    char **command = remote ? p->network : p->command;
    char *log = p->wrapper != NULL ? wrap_begin(w, a->name) : NULL;
    const char *const values[][2] = {{"{socket}", a->socket},
                                     {"{dir}", w->sandbox->dir},
                                     {"{root}", root_of(w, p)},
                                     {"{log}", log}};
    struct line l = {0};

    add_words(&l, p->wrapper, values, LENGTH(values));
    add(&l, program_path(w, p, command[0]));
    if (remote)
        add_place(&l, command + 1, a->socket, values, LENGTH(values));
    else
        add_words(&l, command + 1, values, LENGTH(values));
    add_options(&l, a, values, LENGTH(values));
    free(log);
    return l.at;
}

/* The caller's environment is not for the IUT: it may hold secrets, and must not change verdicts.
 */
static void keep_environment(const char *dir, bool terminal)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
    char *values[LENGTH(kept)];

    for (size_t i = 0; i < LENGTH(kept); i++)
        values[i] = getenv(kept[i]) ? x_strdup(getenv(kept[i])) : NULL;
    clearenv();
    for (size_t i = 0; i < LENGTH(kept); i++)
        if (values[i] != NULL)
            setenv(kept[i], values[i], 1);
    setenv("LC_ALL", "C.UTF-8", 1); /* scenarios know the words of strerror(3) */
    if (terminal)
        setenv("TERM", "dumb", 1);
    setenv("HOME", dir, 1);
    setenv("TMPDIR", dir, 1);
}

/* Whether one is held back: then the others stay in its session, too. Each session is a group to
 * the scheduler (sched(7), autogroup), and the group of a server that never pauses, in SCHED_IDLE,
 * was seen to keep a client of another one from the processor for seconds.
 */
static bool one_is_held_back(const struct world *w)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->held_back)
            return true;
    return false;
}

/* In the child: a session of its own, or a process group where one is held back. That one is
 * scheduled behind the suite. */
static void leave_group(const struct world *w, const struct actor *a)
{
    struct sched_param none = {0};

    if (one_is_held_back(w) && (a->held_back || !a->program->terminal))
        setpgid(0, 0);
    else
        setsid(); /* a terminal has to be a session's */
    if (a->held_back)
        sched_setscheduler(0, SCHED_IDLE, &none);
}

/* From now on the suite, and who it starts, has one processor. */
static void share_processor(void)
{
    cpu_set_t cpu;

    CPU_ZERO(&cpu);
    CPU_SET(sched_getcpu(), &cpu);
    sched_setaffinity(0, sizeof cpu, &cpu);
}

/* The n descriptors behind its three are the program's from the start. What the suite has there
 * closes, and *report moves on. */
static int take_descriptors(unsigned n, int *report)
{
    struct rlimit limit;
    int first = 3, end = first + (int)n, moved, null;

    if (n == 0)
        return 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    moved = fcntl(*report, F_DUPFD_CLOEXEC, end);
    if (moved < 0)
        return -1;
    *report = moved;
    null = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, end);
    for (int fd = first; fd < end; fd++)
        if (dup2(null, fd) < 0)
            return -1;
    return 0;
}

static int limit_queues(long bytes)
{
    struct rlimit limit = {(rlim_t)bytes, (rlim_t)bytes};

    return bytes == 0 ? 0 : setrlimit(RLIMIT_MSGQUEUE, &limit);
}

/* In the child: everything between fork and exec. Tells errno through report if it fails. */
static void become(const struct world *w, const struct actor *a, char **argv, const int fds[3],
                   int report)
{
    int error, program = -1;

    leave_group(w, a);
    umask(a->umask);
    for (int i = 0; i < 3; i++)
        if (dup2(fds[i], i) < 0)
            goto lost;
    if (a->program->terminal && !a->held_back && terminal_adopt(1) < 0)
        goto lost;
    /* what the suite was given by its caller is not for the IUT */
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        goto lost;
    if (take_descriptors(a->taken, &report) < 0 || limit_queues(a->queue_bytes) < 0)
        goto lost;
    /* without namespaces the file may lie where only the caller can reach it */
    if (!w->sandbox->namespaces && strchr(argv[0], '/') != NULL) {
        program = open(argv[0], O_PATH);
        if (program < 0)
            goto lost;
    }
    /* before the limit on memory: it needs some */
    if (a->faults != NULL && fault_load(a->faults) < 0)
        goto lost;
    if (sandbox_drop(w->sandbox, a->program->home->memory, a->descriptors,
                     a->program->wrapper ? WRAP_DESCRIPTORS : 0) < 0 ||
        chdir(w->sandbox->dir) < 0)
        goto lost;
    keep_environment(w->sandbox->dir, a->program->terminal);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (program >= 0)
        fexecve(program, argv, environ);
    else
        execvp(argv[0], argv);
lost:
    error = errno;
    if (write(report, &error, sizeof error) < 0)
        _exit(126);
    _exit(127);
}

/* The three descriptors of the child are its terminal; both of the suite's are the other side. */
static int open_terminal(const struct world *w, struct actor *a, int child[3])
{
    if (terminal_open(&a->out, &child[1], w->sandbox->uid) < 0)
        return -1;
    child[0] = a->console != NULL ? open(a->console, O_RDONLY | O_CLOEXEC)
                                  : fcntl(child[1], F_DUPFD_CLOEXEC, 3);
    child[2] = fcntl(child[1], F_DUPFD_CLOEXEC, 3);
    a->in = a->console != NULL ? -1 : fcntl(a->out, F_DUPFD_CLOEXEC, 3);
    fcntl(a->out, F_SETFL, O_NONBLOCK);
    return child[0] < 0 || child[2] < 0 ? -1 : 0;
}

static int open_pipes(struct actor *a, int child[3])
{
    int in[2] = {-1, -1}, out[2], err[2];

    if (a->console != NULL) {
        child[0] = open(a->console, O_RDONLY | O_CLOEXEC);
        if (child[0] < 0)
            return -1;
    } else {
        if (pipe2(in, O_CLOEXEC) < 0)
            return -1;
        child[0] = in[0];
    }
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return -1;
    child[1] = out[1];
    child[2] = err[1];
    a->in = in[1];
    a->out = out[0];
    a->err = err[0];
    fcntl(a->in, F_SETFL, O_NONBLOCK);
    fcntl(a->out, F_SETFL, O_NONBLOCK);
    fcntl(a->err, F_SETFL, O_NONBLOCK);
    return 0;
}

int actor_launch(struct world *w, struct actor *a)
{
    int child[3], report[2], error = 0;
    char **argv = make_argv(w, a);

    if ((a->program->terminal ? open_terminal(w, a, child) : open_pipes(a, child)) < 0 ||
        pipe2(report, O_CLOEXEC) < 0)
        return -1;
    if (a->held_back)
        share_processor();
    a->pid = fork();
    a->last_pid = a->pid;
    if (a->pid == 0)
        become(w, a, argv, child, report[1]);
    error = errno;
    for (int i = 0; i < 3; i++)
        close(child[i]);
    close(report[1]);
    for (char **word = argv; *word != NULL; word++)
        free(*word);
    free(argv);
    if (a->pid > 0 && read(report[0], &error, sizeof error) <= 0)
        error = 0;
    close(report[0]);
    if (a->pid > 0)
        a->pidfd = pidfd_open(a->pid, 0);
    if (error != 0 && a->program->wrapper != NULL)
        w->wrapped--; /* it never ran */
    errno = error;
    return a->pid > 0 && error == 0 && a->pidfd >= 0 ? 0 : -1;
}
