/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Message queues.
 */
#include "actor.h"
#include "command_list.h"
#include "expand.h"
#include "feed.h"
#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int run_queue(struct world *w, const struct step *s)
{
    for (size_t i = 1; i < s->words.n; i++)
        queue_add(w, step_word(s, i));
    return 0;
}

static struct queue *the_queue(struct world *w, const struct step *s, size_t i)
{
    return world_queue(w, step_word(s, i));
}

/* How the server of a queue wants to hear it; the caller's. NULL after world_fail(). */
static char *wrap(struct world *w, const struct queue *q, const char *line)
{
    const char *const values[][2] = {{"{line}", line}};
    const char *format = w->manifest->server.message;

    if (q->server != NULL)
        return text_fill(format ? format : "{line}", values, 1);
    world_fail(w, VERDICT_BROKEN, "no server was started with %s", q->name);
    return NULL;
}

static int put(struct world *w, struct queue *q, const char *bytes, size_t len, unsigned priority)
{
    struct message m = {bytes, len, priority};

    if (queue_send(w, q, &m) == 0)
        return 0;
    return errno == 0 ? -1
                      : world_fail(w, VERDICT_FAIL, "message queue %s takes no message: %s",
                                   q->name, strerror(errno));
}

static int put_line(struct world *w, struct queue *q, const char *line, unsigned priority)
{
    char *text = wrap(w, q, line);
    int result = text ? put(w, q, text, strlen(text), priority) : -1;

    if (result == 0)
        world_tell(w, "%s > %s", q->name, text);
    free(text);
    return result;
}

static int send_text(struct world *w, const struct step *s, size_t at, unsigned priority)
{
    char *text = expand_names(w, step_word(s, at));
    int result = text ? put_line(w, the_queue(w, s, 1), text, priority) : -1;

    free(text);
    return result;
}

int run_send_text(struct world *w, const struct step *s)
{
    return send_text(w, s, 2, 0);
}

int run_send_text_at(struct world *w, const struct step *s)
{
    return send_text(w, s, 4, (unsigned)atoi(step_word(s, 3)));
}

int run_send_hex(struct world *w, const struct step *s)
{
    struct buf bytes = {0};
    int result;

    if (!hex_parse(step_word(s, 3), &bytes))
        result = world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
    else
        result = put(w, the_queue(w, s, 1), bytes.data ? bytes.data : "", bytes.len, 0);
    buf_finish(&bytes);
    return result;
}

/* The words from there to the end as one line; the caller's. */
static char *join(const struct step *s, size_t from)
{
    struct buf b = {0};

    for (size_t i = from; i < s->words.n; i++)
        buf_printf(&b, "%s%s", i > from ? " " : "", step_word(s, i));
    return buf_take(&b);
}

/* A change that the oracle makes too. */
static int send_change(struct world *w, const struct step *s, size_t at, unsigned priority)
{
    struct queue *q = the_queue(w, s, 1);
    char *line = join(s, at);
    struct buf said = {0};
    const char *refused = NULL;
    int result = -1;

    if (q->server == NULL)
        world_fail(w, VERDICT_BROKEN, "no server was started with %s", q->name);
    else if ((refused = feed_word_change(q->server, line, &said)) != NULL)
        world_fail(w, VERDICT_BROKEN, "the oracle refuses it as %s; send it as a \"text\"",
                   refused);
    else
        result = put_line(w, q, said.data, priority);
    buf_finish(&said);
    free(line);
    return result;
}

int run_send_change(struct world *w, const struct step *s)
{
    return send_change(w, s, 2, 0);
}

int run_send_change_at(struct world *w, const struct step *s)
{
    return send_change(w, s, 4, (unsigned)atoi(step_word(s, 3)));
}

/* What sender i of several says, and at last: its route goes through all gateways in turn. */
static void word_turn(char line[80], int sender, int turn)
{
    snprintf(line, 80, "%s 10.%d.0.0/16 1.1.%d.%d Ethernet%d", turn == 0 ? "create" : "update",
             sender, turn / 250, turn % 250 + 1, sender);
}

static _Noreturn void send_turns(const struct queue *q, char *const *texts, int n)
{
    int fd = mq_open(q->path, O_WRONLY | O_CLOEXEC);

    for (int i = 0; i < n; i++)
        if (fd < 0 || mq_send(fd, texts[i], strlen(texts[i]), 0) < 0)
            _exit(1);
    _exit(0);
}

/* Starts one sender; its messages are ready before, as the oracle is the suite's. */
static pid_t start_sender(struct world *w, struct queue *q, int sender, int n)
{
    char **texts = x_calloc((size_t)n, sizeof *texts), line[80];
    pid_t pid;

    for (int i = 0; i < n; i++) {
        struct buf said = {0};
        word_turn(line, sender, i);
        feed_word_change(q->server, line, &said);
        texts[i] = wrap(w, q, said.data);
        buf_finish(&said);
    }
    pid = fork();
    if (pid == 0)
        send_turns(q, texts, n);
    for (int i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
    return pid;
}

static int await_sender(struct world *w, pid_t pid)
{
    int pause = 0, status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (world_late(w)) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            return world_timeout(w, "a sender was not done");
        }
        world_pause(w, next_pause(&pause));
    }
    return status == 0 ? 0 : world_fail(w, VERDICT_FAIL, "a sender could not send");
}

int run_senders(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 2);
    int senders = atoi(step_word(s, 4)), n = atoi(step_word(s, 6)), result = 0;
    pid_t *pids = x_calloc((size_t)senders, sizeof *pids);

    if (q->server == NULL)
        result = world_fail(w, VERDICT_BROKEN, "no server was started with %s", q->name);
    for (int i = 0; i < senders && result == 0; i++) {
        pids[i] = start_sender(w, q, i, n);
        if (pids[i] < 0)
            result =
                world_fail(w, VERDICT_BROKEN, "a sender cannot be started: %s", strerror(errno));
    }
    for (int i = 0; i < senders && result == 0; i++)
        result = await_sender(w, pids[i]);
    free(pids);
    return result;
}

int run_fill_queue(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    char *text = wrap(w, q, step_word(s, 3));
    struct message m = {text, text ? strlen(text) : 0, 0};
    int n = text ? queue_fill(w, q, &m) : -1;

    free(text);
    if (n >= 0)
        world_tell(w, "%s > %d times %s", q->name, n, step_word(s, 3));
    return n < 0 ? -1 : 0;
}

int run_flood_queue(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 1);
    char *text = wrap(w, q, step_word(s, 6));
    struct message m = {text, text ? strlen(text) : 0, 0};
    int result = text ? queue_flood(w, q, &m, (size_t)atoi(step_word(s, 3))) : -1;

    free(text);
    return result;
}

int run_end_flood(struct world *w, const struct step *s)
{
    struct queue *q = the_queue(w, s, 3);
    bool flooded = flood_lasts(&q->flood);

    flood_end(&q->flood);
    return flooded ? 0
                   : world_fail(w, VERDICT_FAIL, "the queue %s went under its senders", q->name);
}

/* A command with many blanks and a word too many behind it: who cuts it takes the rest. */
int run_send_long(struct world *w, const struct step *s)
{
    static const char command[] = "create 66.0.0.0/8 1.1.1.1 Ethernet1";
    struct queue *q = the_queue(w, s, 1);
    size_t len = (size_t)atol(step_word(s, 5));
    char *bytes = x_calloc(len + sizeof command, 1);
    int result;

    memset(bytes, ' ', len);
    memcpy(bytes, command, strlen(command));
    bytes[len - 1] = 'x';
    result = queue_send(w, q, &(struct message){bytes, len, 0});
    free(bytes);
    if (result < 0 && errno == EMSGSIZE) { /* the queue itself */
        world_tell(w, "%s takes no message of %zu bytes", q->name, len);
        return 0;
    }
    return result;
}
