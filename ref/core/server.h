/* SPDX-License-Identifier: MIT
 *
 * The server without I/O: it owns the tables, numbers the changes, and knows all peers. A shell
 * moves the bytes: what arrives goes to server_receive(); after each turn of its loop it calls
 * server_idle(), then sends what the ready peers have. A change costs nothing per idle or blocked
 * peer: those without output wait in one list that is moved as a whole.
 */
#ifndef CORE_SERVER_H
#define CORE_SERVER_H

#include "core/peer.h"

struct server {
    struct origin origin;
    struct link peers;   /* all, in the order in which they came */
    struct link ready;   /* have output and are not blocked */
    struct link drained; /* get the next change */
    uint32_t peer_count, since_digest;
    uint64_t next_number;
    bool leaving; /* the farewell has begun */
    struct {
        uint64_t clients_joined, clients_refused, changes, changes_refused, backlogs_dropped;
    } stats;
};

/* -1 with errno. `bound` is that of each journal. The shell then sets origin.registrar. */
int server_init(struct server *server, uint32_t instance, size_t bound);

/* Gives it the memory of the ARP table, zeroed, of arp_size(capacity) bytes, and the name that
 * WELCOME tells; before the first peer joins. Without it ARP entries are refused (SHM-14). */
void server_share(struct server *server, void *memory, uint32_t capacity, const char *name);

/* The shell has closed all peers. */
void server_finish(struct server *server);

/* Creates, updates or deletes (op) a route. A refusal changes nothing (TBL-7, TBL-8). */
enum refusal server_change(struct server *server, enum frame_op op, const struct route *route);

/* The same for an ARP entry, create and delete only; of a delete the MAC counts. */
enum refusal server_change_arp(struct server *server, enum frame_op op,
                               const struct arp_entry *entry);

/* What stands in the way of adding an entry of this MAC, for which there is memory. */
enum refusal server_hinders_arp(const struct server *server, uint64_t mac);

/* Empties the tables, begins a new epoch and tells all clients (FLU-1 to FLU-8), at once; gives how
 * many were signalled. REFUSED_MEMORY: nothing has changed. */
enum refusal server_flush(struct server *server, uint32_t *signalled);

/* The burst is over: sends DIGEST if there were changes (SYN-17). */
void server_idle(struct server *server);

/* A new connection; NULL with errno. `owner` is handed back in peer->owner; the pid is that of the
 * process at the other end as the kernel names it, 0 if it does not (SES-14) or on a network. */
struct peer *server_join(struct server *server, void *owner, enum audience audience,
                         uint32_t kernel_pid);

/* The connection is gone or is to go: forgets the peer (SES-10). */
void server_leave(struct server *server, struct peer *peer);

/* As peer_receive. */
int server_receive(struct server *server, struct peer *peer, const uint8_t *bytes, size_t size,
                   char reason[REASON_SIZE]);

/* Takes all ready peers into `turn`; each is then sent to and handed back by one of these: */
void server_take_ready(struct server *server, struct link *turn);
void server_sent_all(struct server *server, struct peer *peer); /* or has more for the next turn */
void server_blocked(struct peer *peer); /* the shell itself waits until it can be sent to */

/* SES-9: BYE to every peer behind what it has yet to get; snapshots end unfinished, and who is too
 * far behind gets no more than the frame that it is in the middle of. What comes then changes
 * nothing. */
void server_farewell(struct server *server);

#endif
