/* SPDX-License-Identifier: MIT */
#include "wrap.h"

#include "scan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "findings." /* of a log's name: no actor's name begins with a small letter */
#define SHOWN 24           /* lines of a log in the report */
#define LOG_MOST (4 << 20) /* bytes of a log that are read */

char **wrap_parse(const char *option, const char *command, struct diag *d)
{
    char *line = x_strdup(command);
    struct source s = {.name = (char *)option, .lines = &line, .count = 1};
    struct tokens t = {0};
    char **words = NULL;

    if (scan_line(&s, 1, &t, d) == 0 && t.n > 0) {
        words = x_calloc(t.n + 1, sizeof *words);
        for (size_t i = 0; i < t.n; i++)
            words[i] = x_strdup(t.at[i].text);
    } else if (t.n == 0) {
        diag_add(d, option, 1, 1, "expected a command, such as \"valgrind -q --log-file={log}\"");
    }
    tokens_finish(&t);
    free(line);
    return words;
}

char *wrap_begin(struct world *w, const char *actor)
{
    return x_printf("%s/" PREFIX "%s.%zu", w->sandbox->dir, actor, ++w->wrapped);
}

void wrap_end(struct world *w, int status)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        w->judged++;
}

bool wrap_is_log(const struct world *w, const char *name)
{
    return w->wrapped > 0 && strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

/* A line without the "==PID==" that checkers put before each. */
static const char *strip(const char *line)
{
    size_t digits = strncmp(line, "==", 2) == 0 ? strspn(line + 2, "0123456789") : 0;

    if (digits == 0 || strncmp(line + 2 + digits, "==", 2) != 0)
        return line;
    line += 2 + digits + 2;
    return line + (*line == ' ');
}

/* What valgrind says of itself, such as a system call that it does not know: "--PID-- ...". */
static bool is_remark(const char *line)
{
    size_t digits = strncmp(line, "--", 2) == 0 ? strspn(line + 2, "0123456789") : 0;

    return digits > 0 && strncmp(line + 2 + digits, "-- ", 3) == 0;
}

static bool says_something(const char *line)
{
    while (*line != '\0' && !isalnum((unsigned char)*line))
        line++;
    return *line != '\0';
}

/* Cuts the log into lines in place; the first that says something is the error. Remarks are
 * only for the transcript. */
static void tell(struct world *w, const char *actor, char *log)
{
    struct buf rest = {0};
    char *error = NULL;
    bool remarked = false;
    int n = 0;

    for (char *at = strtok(log, "\n"); at != NULL; at = strtok(NULL, "\n")) {
        const char *line = strip(at);
        if (is_remark(line)) {
            if (!remarked)
                world_tell(w, "the checker of %s says of itself: %s", actor, line);
            remarked = true;
            continue;
        }
        if (error == NULL && !says_something(line))
            continue;
        if (error == NULL)
            error = x_strdup(line);
        else if (n++ < SHOWN)
            buf_printf(&rest, "  %s\n", line);
    }
    if (error != NULL) {
        world_fail_for(w, "ROB-10", "%s: %s", actor, error);
        buf_printf(&w->outcome.detail, "%s: %s\n%s", actor, error, rest.len ? rest.data : "");
        if (n > SHOWN)
            buf_printf(&w->outcome.detail, "  and %d lines more\n", n - SHOWN);
    }
    free(error);
    buf_finish(&rest);
}

static int has_prefix(const struct dirent *e)
{
    return strncmp(e->d_name, PREFIX, strlen(PREFIX)) == 0;
}

/* The beginning of a log. */
static int read_log(const char *path, struct buf *log)
{
    int fd = file_open_plain(path, O_RDONLY);
    char chunk[65536];
    ssize_t got = 1;

    if (fd < 0)
        return -1;
    while (got > 0 && log->len < LOG_MOST) {
        got = read(fd, chunk, sizeof chunk);
        buf_add(log, chunk, got > 0 ? (size_t)got : 0);
    }
    close(fd);
    return got < 0 ? -1 : 0;
}

void wrap_excuse(struct world *w, const char *actor)
{
    struct dirent **logs;
    int n = w->wrapped > 0 ? scandir(w->sandbox->dir, &logs, has_prefix, versionsort) : -1;
    char *prefix = x_printf(PREFIX "%s.", actor), *path = NULL;

    for (int i = 0; i < n; i++) {
        if (strncmp(logs[i]->d_name, prefix, strlen(prefix)) == 0) {
            free(path);
            path = x_printf("%s/%s", w->sandbox->dir, logs[i]->d_name);
        }
        free(logs[i]);
    }
    if (n >= 0)
        free(logs);
    if (path != NULL && unlink(path) == 0)
        w->judged--;
    free(path);
    free(prefix);
}

/* One log, "findings.ACTOR.NUMBER". */
static void collect(struct world *w, const char *name)
{
    struct buf log = {0};
    const char *rest = name + strlen(PREFIX);
    char *path = x_printf("%s/%s", w->sandbox->dir, name);
    char *actor = x_strndup(rest, strcspn(rest, "."));

    if (read_log(path, &log) < 0)
        world_fail(w, VERDICT_BROKEN, "the log of the wrapper, %s, cannot be read: %s", path,
                   strerror(errno));
    else if (log.len > 0)
        tell(w, actor, log.data);
    free(actor);
    free(path);
    buf_finish(&log);
}

void wrap_collect(struct world *w)
{
    struct dirent **logs;
    int n = w->wrapped > 0 ? scandir(w->sandbox->dir, &logs, has_prefix, versionsort) : -1;

    for (int i = 0; i < n; i++) {
        collect(w, logs[i]->d_name);
        free(logs[i]);
    }
    if (n >= 0)
        free(logs);
}
