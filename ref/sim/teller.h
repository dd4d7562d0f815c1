/* SPDX-License-Identifier: MIT
 *
 * What a run tells while it goes on, for those who write it down.
 */
#ifndef SIM_TELLER_H
#define SIM_TELLER_H

#include "sim/move.h"
#include "sim/tap.h"
#include "sim/universe.h"

enum told {
    TOLD_MOVE,      /* a move begins, inside so many others */
    TOLD_SERVED,    /* a server is there */
    TOLD_QUITS,     /* a server or a client says BYE */
    TOLD_CONNECTED, /* a client is connected */
    TOLD_SAID,      /* the server has read a whole frame of a client */
    TOLD_HEARD,     /* a client has read a whole frame */
    TOLD_HELD,      /* and then has so many bytes of another one */
    TOLD_SIGNALLED, /* a client has taken the signal of the flush to that epoch */
    TOLD_ENDED,     /* a client's connection has ended */
};

struct told_event {
    enum told told;
    enum actor actor;
    const struct move *move;
    unsigned depth;
    const struct tap *tap; /* the frame, or what is there of it */
    uint64_t epoch;
    state_t state; /* of the server, at the number that the frame has */
};

struct teller {
    void *arg;
    void (*tell)(void *arg, const struct told_event *event);
};

#endif
