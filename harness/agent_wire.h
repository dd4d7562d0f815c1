/* SPDX-License-Identifier: MIT
 *
 * What the suite and its agents say to each other, a packet each, and the agents' own side.
 */
#ifndef HARNESS_AGENT_WIRE_H
#define HARNESS_AGENT_WIRE_H

#include "sandbox.h"

#include <sys/un.h>

enum agent_order_kind { ORDER_REPORT, ORDER_CONNECT, ORDER_SIGNAL };

struct agent_order {
    enum agent_order_kind kind;
    struct sockaddr_un address; /* of CONNECT */
    pid_t to;                   /* of SIGNAL */
    int signal;
};

enum agent_news_kind { NEWS_SIGNAL, NEWS_ANSWER };

struct agent_news {
    enum agent_news_kind kind;
    int error;  /* of an answer: 0, or errno */
    int signal; /* and its sender */
    pid_t from;
};

/* The life of an agent: gives up its rights, answers once when it is ready, and obeys until the
 * other end of control is closed. */
_Noreturn void agent_live(int control, const char *name, const struct sandbox *rights);

#endif
