/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Message queues that look at one, or make one.
 */
#include "actor.h"
#include "command_list.h"
#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct queue *the_queue(struct world *w, const struct step *s, size_t i)
{
    return world_queue(w, step_word(s, i));
}

/* Looks at it; -1 after world_fail() where there is none. */
static int look(struct world *w, const struct queue *q, struct queue_state *state)
{
    if (queue_look(q, state) == 0)
        return 0;
    return world_fail(w, VERDICT_FAIL, "message queue %s: %s", q->name, strerror(errno));
}

int run_queue_mode(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    struct queue_state state;

    if (look(w, q, &state) < 0)
        return -1;
    if (state.mode == (mode_t)strtoul(step_word(s, 3), NULL, 8))
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s has mode %04o; expected %s", q->name,
                      (unsigned)state.mode, step_word(s, 3));
}

/* A limit of /proc/sys/fs/mqueue, or LONG_MAX. */
static long limit_of(const char *name)
{
    char *path = x_printf("/proc/sys/fs/mqueue/%s", name);
    struct buf text = {0};
    long value = file_read(path, &text) == 0 && text.len > 0 ? atol(text.data) : LONG_MAX;

    buf_finish(&text);
    free(path);
    return value;
}

int run_queue_bytes(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    struct queue_state state;
    long wanted = atol(step_word(s, 3)), most = limit_of("msgsize_max");

    if (look(w, q, &state) < 0)
        return -1;
    if (state.bytes >= (wanted < most ? wanted : most))
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s takes messages of %ld bytes; expected %ld", q->name,
                      state.bytes, wanted < most ? wanted : most);
}

int run_queue_locked(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    struct queue_state state;

    if (look(w, q, &state) < 0)
        return -1;
    return state.locked ? 0
                        : world_fail(w, VERDICT_FAIL,
                                     "%s could be locked while its server lives; expected an "
                                     "exclusive lock of an open file description",
                                     q->name);
}

int run_queue_gone(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    struct queue_state state;

    if (queue_look(q, &state) < 0)
        return errno == ENOENT
                   ? 0
                   : world_fail(w, VERDICT_FAIL, "message queue %s: %s", q->name, strerror(errno));
    return world_fail(w, VERDICT_FAIL, "%s is still there, with %ld messages", q->name,
                      state.waiting);
}

int run_queue_empty(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    struct queue_state state;
    int pause = 0;

    for (;;) {
        if (look(w, q, &state) < 0)
            return -1;
        if (state.waiting == 0)
            return 0;
        if (world_late(w))
            return world_timeout(w, "%ld messages wait in %s", state.waiting, q->name);
        world_pause(w, next_pause(&pause));
    }
}

/* Fields of a queue that the suite makes. */
static bool read_pair(const char *pair, struct mq_attr *attr, mode_t *mode)
{
    const char *equals = strchr(pair, '=');
    char *end;
    unsigned long value = strtoul(equals + 1, &end, 0);
    size_t len = (size_t)(equals - pair);

    if (*end != '\0' || equals[1] == '\0')
        return false;
    if (len == 8 && strncmp(pair, "messages", len) == 0)
        attr->mq_maxmsg = (long)value;
    else if (len == 5 && strncmp(pair, "bytes", len) == 0)
        attr->mq_msgsize = (long)value;
    else if (len == 4 && strncmp(pair, "mode", len) == 0)
        *mode = (mode_t)value;
    else
        return false;
    return true;
}

/* A queue of the suite's, of that user. */
static int make(struct world *w, struct queue *q, struct mq_attr attr, mode_t mode, uid_t owner)
{
    int fd = mq_open(q->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr), result = -1;

    q->made = fd >= 0;
    if (fd >= 0 && fchmod(fd, mode) == 0 &&
        (owner == geteuid() || fchown(fd, owner, (gid_t)-1) == 0))
        result = 0;
    if (result < 0)
        world_fail(w, VERDICT_BROKEN, "message queue %s cannot be made: %s", q->name,
                   strerror(errno));
    if (fd >= 0)
        mq_close(fd);
    return result;
}

int run_make_queue(struct world *w, const struct step *s)
{
    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 4096};
    mode_t mode = 0600;

    for (size_t i = 2; i < s->words.n; i++)
        if (!read_pair(step_word(s, i), &attr, &mode))
            return world_fail(w, VERDICT_BROKEN, "%s: expected messages=N, bytes=N or mode=0NNN",
                              step_word(s, i));
    return make(w, the_queue(w, s, 1), attr, mode, w->sandbox->uid);
}

int run_make_queue_of_another(struct world *w, const struct step *s)
{
    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 4096};

    return make(w, the_queue(w, s, 1), attr, 0666, SANDBOX_ANOTHER_USER);
}

/* What a server counts: -1 where it has said nothing of it. */
struct counted {
    struct pattern *row;
    long taken, refused;
};

static bool read_count(void *ctx, const char *line, size_t len)
{
    struct counted *c = ctx;
    char number[24];

    if (!pattern_match(c->row, line, len)) /* another number that it counts */
        return true;
    if (pattern_group(c->row, line, "taken", number, sizeof number))
        c->taken = atol(number);
    if (pattern_group(c->row, line, "refused", number, sizeof number))
        c->refused = atol(number);
    return true;
}

int run_counts_messages(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    long taken = atol(step_word(s, 3)), refused = atol(step_word(s, 6));
    int pause = 0;

    for (;;) {
        struct counted c = {.row = a->program->ask[ASK_MESSAGES].row, .taken = -1, .refused = -1};
        struct ask ask = {.op = ASK_MESSAGES, .row = read_count, .ctx = &c};
        if (actor_ask(w, a, &ask) < 0)
            return -1;
        if (c.taken == taken && c.refused == refused)
            return 0;
        if (c.taken > taken || world_late(w))
            return world_fail(w, VERDICT_FAIL,
                              "%s counts %ld messages, %ld of them refused; expected %ld and %ld",
                              a->name, c.taken, c.refused, taken, refused);
        world_pause(w, next_pause(&pause));
    }
}
