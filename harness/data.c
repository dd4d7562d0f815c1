/* SPDX-License-Identifier: MIT */
#include "data.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The name of the data file that a step uses, or NULL. */
static const char *data_of(const struct step *s)
{
    for (size_t i = 0; i + 1 < s->words.n; i++)
        if (strcmp(s->words.at[i].text, "data") == 0 && !s->words.at[i].quoted)
            return s->words.at[i + 1].text;
    return NULL;
}

/* Starts xz on one file; 0 if there is nothing to do, -1 if it can't be started. */
static pid_t start_unpacking(const char *name, const char *from, const char *into)
{
    char *source = x_printf("%s/%s.txt.xz", from, name),
         *target = x_printf("%s/%s.txt", into, name);
    char *const argv[] = {"xz", "-dc", "--", source, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;

    if (access(source, R_OK) == 0 && access(target, F_OK) != 0) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 1, target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        if (posix_spawnp(&pid, "xz", &actions, NULL, argv, environ) != 0)
            pid = -1;
        posix_spawn_file_actions_destroy(&actions);
    }
    free(source);
    free(target);
    return pid;
}

char *data_unpack(const struct test_case *const *cases, size_t n, const char *from,
                  const char *into)
{
    struct started {
        pid_t pid;
        const char *name;
    } *started = NULL;
    size_t count = 0;
    char *wrong = NULL;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cases[i]->count; k++) {
            const char *name = data_of(&cases[i]->steps[k]);
            pid_t pid = name ? start_unpacking(name, from, into) : 0;
            if (pid < 0 && wrong == NULL)
                wrong =
                    x_printf("xz cannot be started; install xz-utils, or run with RTM_DATA=none");
            if (pid <= 0)
                continue;
            started = x_realloc(started, (count + 1) * sizeof *started);
            started[count++] = (struct started){pid, name};
        }
    for (size_t i = 0; i < count; i++) {
        int status = 0;
        if (waitpid(started[i].pid, &status, 0) > 0 && status == 0)
            continue;
        if (wrong == NULL)
            wrong = x_printf("xz could not unpack %s/%s.txt.xz", from, started[i].name);
    }
    free(started);
    return wrong;
}
