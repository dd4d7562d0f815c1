/* SPDX-License-Identifier: MIT */
#include "promise.h"

#include "interrupt.h"

#include <errno.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 10000

const struct promise promises[] = {
#define PROMISE(number, name, title) {"PLT-" #number, title, promise_##name},
#include "promises.def"
#undef PROMISE
};

const size_t promise_count = LENGTH(promises);

const struct promise *promise_find(const char *id)
{
    for (size_t i = 0; i < promise_count; i++)
        if (strcmp(promises[i].id, id) == 0)
            return &promises[i];
    return NULL;
}

static _Noreturn void run(const struct promise *p, const struct trial *t)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    p->check(t);
    _exit(write(t->out, "K\n", 2) == 2 ? 0 : 70);
}

/* Takes one line of a trial; whether it is the last one that counts. */
static bool take_line(struct finding *f, const char *line)
{
    if (*line == 'N') {
        buf_printf(&f->notes, "%s\n", line + 1);
        return false;
    }
    f->kept = *line == 'K' ? PROMISE_KEPT : *line == 'F' ? PROMISE_BROKEN : PROMISE_UNTRIED;
    f->why = *line == 'K' ? NULL : x_strdup(line + 1);
    return true;
}

static bool take_lines(struct finding *f, struct buf *text)
{
    bool last = false;
    char *end;

    while (!last && text->len > 0 && (end = memchr(text->data, '\n', text->len)) != NULL) {
        *end = '\0';
        last = take_line(f, text->data);
        buf_consume(text, (size_t)(end - text->data) + 1);
    }
    return last;
}

/* Whether the process has ended; it is not reaped. */
static bool has_ended(pid_t pid, siginfo_t *info)
{
    info->si_pid = 0;
    return waitid(P_PID, (id_t)pid, info, WEXITED | WNOWAIT | WNOHANG) == 0 && info->si_pid == pid;
}

static char *describe_end(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return x_printf("the check ended with status %d", info->si_status);
    return x_printf("the check was ended by %s", strsignal(info->si_status));
}

/* Reads what the trial finds, until it says how it ended, is gone or is out of time. */
static void listen_to(struct finding *f, pid_t pid, int from)
{
    int64_t until = now_ms() + DEADLINE_MS;
    struct pollfd p = {.fd = from, .events = POLLIN};
    struct buf text = {0};
    char chunk[4096];
    bool done = false;
    siginfo_t info;

    while (!done && now_ms() < until && !interrupted()) {
        bool gone = has_ended(pid, &info); /* asked before the last look for what it has said */
        ssize_t got = poll(&p, 1, gone ? 0 : 20) > 0 ? read(from, chunk, sizeof chunk) : 0;
        if (got > 0)
            buf_add(&text, chunk, (size_t)got);
        done = take_lines(f, &text);
        if (!done && gone && got <= 0) {
            f->why = describe_end(&info);
            done = true;
        }
    }
    if (!done)
        f->why = x_printf("the check did not end within %d s", DEADLINE_MS / 1000);
    buf_finish(&text);
}

static void tidy(const struct trial *t, pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    mq_unlink(t->name);
    shm_unlink(t->name);
    tree_remove(t->dir);
}

void promise_try(const struct promise *p, const char *dir, struct finding *f)
{
    char *name = x_printf("/rtmtest-%d", getpid()), *private = x_printf("%s/p", dir);
    struct trial t = {.name = name, .dir = private};
    int pipes[2];
    pid_t pid = -1;

    *f = (struct finding){.kept = PROMISE_BROKEN};
    if (mkdir(private, 0700) == 0 && pipe(pipes) == 0) {
        t.out = pipes[1];
        pid = fork();
        if (pid == 0)
            run(p, &t);
        close(pipes[1]);
        if (pid > 0)
            listen_to(f, pid, pipes[0]);
        close(pipes[0]);
    }
    if (pid < 0) {
        f->kept = PROMISE_UNTRIED;
        f->why = x_printf("the check cannot be started: %s", strerror(errno));
    } else {
        tidy(&t, pid);
    }
    free(private);
    free(name);
}

void finding_finish(struct finding *f)
{
    free(f->why);
    buf_finish(&f->notes);
    *f = (struct finding){0};
}
