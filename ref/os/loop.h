/* SPDX-License-Identifier: MIT
 *
 * One loop that waits on everything, with epoll or select below it. A source is owned by its user,
 * who may remove and free any source from any callback.
 */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include <stdint.h>

#include "core/list.h"

enum loop_kind { LOOP_EPOLL, LOOP_SELECT };
enum loop_event { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_source {
    int fd;
    void (*ready)(void *arg, unsigned events);
    void *arg;
    /* the loop's */
    struct link link;
    unsigned wants, known;
    bool always; /* a file that cannot be waited on is always ready */
};

struct loop;

/* NULL with errno. */
struct loop *loop_create(enum loop_kind kind);
/* What to do, by errno, where it cannot be made or takes no source. */
const char *loop_advice(enum loop_kind kind);
void loop_destroy(struct loop *loop);

/* fd, ready and arg are set. -1 with errno; EMFILE: select cannot hold so high a descriptor. */
int loop_add(struct loop *loop, struct loop_source *source, unsigned wants);

/* Waits for other events from now on; for none, the descriptor's end is not noticed either. */
void loop_want(struct loop *loop, struct loop_source *source, unsigned wants);

/* Before the descriptor is closed. Harmless if it was not added. */
void loop_remove(struct loop *loop, struct loop_source *source);

/* Waits (-1: for ever) and calls what is ready; -1 with errno. */
int loop_wait(struct loop *loop, int timeout_ms);

/* Whether there is input at a source other than this one; not from a callback. */
bool loop_others(struct loop *loop, const struct loop_source *source);

/* Milliseconds of a clock that never jumps. */
int64_t loop_now(void);

#endif
