/* SPDX-License-Identifier: MIT
 *
 * Subscribers that drain their connections as fast as they can. They count the bytes and look only
 * at the last frame, so that the same code can drain the raw sender.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "program.h"

enum { CROWD_MAX = 256, TAIL = 40 /* bytes of SNAPSHOT_END and of DIGEST */ };

struct subscriber {
    int fd;
    size_t received;    /* since the drain began */
    uint8_t tail[TAIL]; /* the last bytes */
    bool there;
};

struct crowd {
    int poll; /* an epoll */
    int count;
    struct subscriber members[CROWD_MAX];
};

/* When a drain is over for a member. */
struct goal {
    size_t bytes;      /* not 0: it has received so many */
    uint8_t tail_type; /* otherwise its last frame is of this type */
    uint64_t seq;      /* and has this seq, unless that is 0 */
};

/* What the sender's console gets meanwhile. */
struct pump {
    struct program *program;
    const char *text;
    size_t size;
};

/* All return -1 after bench_fail(). */
int crowd_open(struct crowd *crowd);
void crowd_close(struct crowd *crowd);

/* Adds a member at this end of a socket pair; one that connects to a server and says HELLO. */
int crowd_add(struct crowd *crowd, int fd);
int crowd_connect(struct crowd *crowd, const char *path);

/* Takes away the last one. */
void crowd_drop(struct crowd *crowd);

/* Drains all until they have reached the goal; feeds the pump and drops its answers, if there is
 * one. */
int crowd_drain(struct crowd *crowd, struct goal goal, struct pump *pump);

/* What the last DIGEST or SNAPSHOT_END of a member says. */
struct sum {
    uint64_t seq, digest;
    uint32_t routes;
};
struct sum crowd_sum(const struct subscriber *member);

/* All members have the server's digest. */
int crowd_agrees(const struct crowd *crowd, struct program *server);

#endif
