/* SPDX-License-Identifier: MIT */
#include "quiet.h"

#include "pace.h"
#include "stall.h"
#include "terminal.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define WINDOW_MOST 1000 /* ms */
#define OVER_MS 2        /* what a terminal may take to bring what was printed before */
#define SPINS_MS 1500    /* who prints nothing for so long is quiet even if it is at work */

int quiet_window(const struct actor *a)
{
    int64_t window = 4 * a->longest_gap_ms, least = a->program->quiet_ms;

    if (window > WINDOW_MOST)
        window = WINDOW_MOST;
    return (int)(window > least ? window : least);
}

/* Where it is back at its prompt and is to be told nothing more, only that it has gone to sleep is
 * waited for; longer, though, if that prompt may be one from before the question, or if it is known
 * to print more behind one. */
static int window(const struct actor *a)
{
    if (a->asking == NULL || !a->asking->over || a->behind_prompt)
        return quiet_window(a);
    return a->asking->followed ? (int)pace_stretch(OVER_MS) : (int)a->program->quiet_ms;
}

void quiet_broken(const struct world *w, struct actor *a, bool printed)
{
    int64_t now = now_ms(), gap = now - a->heard_ms;
    bool asked = a->asking != NULL && !a->asking->answered;

    if (printed && asked && gap > a->longest_gap_ms)
        a->longest_gap_ms = gap;
    stall_end(w, a, printed && asked ? gap : 0);
    a->heard_ms = now;
}

/* Whether a thread of the process runs or waits for a processor. */
static bool is_at_work(const struct actor *a)
{
    char path[300], text[512];
    bool works = false;

    snprintf(path, sizeof path, "/proc/%d/task", (int)a->pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && !works && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)a->pid, e->d_name);
        FILE *f = e->d_name[0] != '.' ? fopen(path, "re") : NULL;
        if (f == NULL)
            continue;
        size_t got = fread(text, 1, sizeof text - 1, f);
        text[got] = '\0';
        const char *behind = strrchr(text, ')');
        works = behind != NULL && strchr("RD", behind[2]) != NULL;
        fclose(f);
    }
    if (d != NULL)
        closedir(d);
    return works;
}

static bool has_read_all(const struct actor *a)
{
    int unread = 0;

    if (a->to_say.len > 0)
        return false;
    if (a->in < 0)
        return true;
    if (a->program->terminal)
        return terminal_unread(a->in) == 0;
    return ioctl(a->in, FIONREAD, &unread) < 0 || unread == 0;
}

int quiet_wait(struct world *w, struct actor *a)
{
    int64_t now = now_ms(), heard = a->heard_ms, left = heard + window(a) - now;

    if (left <= 0) /* it was at work when the window ended: look again soon */
        left = window(a) < 10 ? window(a) : 10;
    world_pause(w, (int)left);
    now = now_ms();
    if (world_late(w))
        return -1;
    if (a->heard_ms != heard || now - heard < window(a) || !has_read_all(a))
        return 1;
    if (is_at_work(a) && now - heard < SPINS_MS)
        return 1;
    world_pause(w, 0); /* what it printed before it went to sleep */
    return a->heard_ms != heard;
}
