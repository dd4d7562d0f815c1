/* SPDX-License-Identifier: MIT */
#include "footing.h"

#include "promise.h"
#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *feature, *id; /* feature NULL: the suite itself */
} rests[] = {
    {NULL, "PLT-63"},      /* handles of the actors */
    {"routes", "PLT-4"},   /* connections over Unix sockets */
    {"routes", "PLT-65"},  /* the lock of a socket */
    {"mac", "PLT-42"},     /* shared memory objects */
    {"mac", "PLT-45"},     /* seen by another process */
    {"mac", "PLT-53"},     /* that can be reserved */
    {"flush", "PLT-62"},   /* the kernel's word on a peer, whose handle the server needs */
    {"mq", "PLT-28"},      /* message queues */
    {"mq", "PLT-23"},      /* that can be waited for */
    {"net", "PLT-14"},     /* TCP on loopback */
    {"ipv6", "PLT-15"},    /* no feature, but a need of some steps (need.h) */
    {"waiting", "PLT-27"}, /* none either, epoll and signalfd: a program may do without (case.c) */
};

static char *lacking[LENGTH(rests)];

/* In a child: tries all, and writes a line "INDEX WHY" for each that is not kept. */
static _Noreturn void try_all(bool namespaces, const char *root, const char *dir, int out)
{
    struct sandbox s;
    struct finding f;
    char *why = NULL;

    sandbox_init(&s, namespaces, root, dir, NULL);
    if (sandbox_enter(&s, &why) < 0)
        _exit(0); /* the cases will say so */
    for (size_t i = 0; i < LENGTH(rests); i++) {
        promise_try(promise_find(rests[i].id), s.dir, &f);
        if (f.kept != PROMISE_KEPT)
            dprintf(out, "%zu %s\n", i, f.why);
        finding_finish(&f);
    }
    sandbox_end_children();
    _exit(0);
}

static void take(const char *line)
{
    char *end;
    size_t i = strtoul(line, &end, 10);
    const struct promise *p = i < LENGTH(rests) ? promise_find(rests[i].id) : NULL;

    if (p != NULL && lacking[i] == NULL)
        lacking[i] =
            x_printf("%s rests on \"%s\", and here%s (rtmtest platform --only %s)",
                     rests[i].feature ? rests[i].feature : "the suite", p->title, end, p->id);
}

void footing_test(bool namespaces, const char *root, const char *dir)
{
    char *line = NULL;
    size_t room = 0;
    int pipes[2];
    ssize_t len;
    FILE *from;
    pid_t child;

    if (pipe(pipes) < 0)
        return;
    child = fork();
    if (child == 0)
        try_all(namespaces, root, dir, pipes[1]);
    close(pipes[1]);
    from = fdopen(pipes[0], "r");
    while (from != NULL && (len = getline(&line, &room, from)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        take(line);
    }
    if (from != NULL)
        fclose(from);
    free(line);
    if (child > 0)
        waitpid(child, NULL, 0);
}

const char *footing_lacking(const char *feature)
{
    for (size_t i = 0; i < LENGTH(rests); i++)
        if (lacking[i] != NULL &&
            (rests[i].feature == NULL || strcmp(rests[i].feature, feature) == 0))
            return lacking[i];
    return NULL;
}

void footing_finish(void)
{
    for (size_t i = 0; i < LENGTH(rests); i++) {
        free(lacking[i]);
        lacking[i] = NULL;
    }
}
