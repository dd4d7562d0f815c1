/* SPDX-License-Identifier: MIT
 *
 * The shared memory object of the ARP table: the server's, who makes, locks and removes it, and
 * the clients' view of it. Object names derive from the path of the socket, whose lock file keeps
 * two servers apart.
 */
#ifndef OS_SHM_H
#define OS_SHM_H

#include <stddef.h>
#include <stdint.h>

#include "core/arp_read.h"
#include "core/frame.h"

/* The server's; all zero: there is none. */
struct shm_owned {
    char name[SHM_NAME];
    void *memory; /* zeroed, of arp_size(capacity) bytes; NULL: there is none */
    size_t size;
    int fd; /* holds the lock */
};

/* Makes and locks the object of the server that has this socket; a dead owner's is removed first.
 * -1: there is none, and the reason names it and says why. */
int shm_make(struct shm_owned *owned, const char *socket, uint32_t capacity,
             char reason[REASON_SIZE]);

/* Removes it. Harmless if there is none. */
void shm_drop(struct shm_owned *owned);

/* A client's; all zero: nothing is mapped. */
struct shm_seen {
    void *memory;
    size_t size;
};

/* Maps an object for reading and attaches the reader, after the checks of SHM-22; it has to be of
 * this server instance. -1: it is not used, and the reason names it and says why. */
int shm_see(struct shm_seen *seen, struct arp_reader *reader, const char *name, uint32_t instance,
            char reason[REASON_SIZE]);

/* Unmaps it. Harmless if nothing is mapped. */
void shm_forget(struct shm_seen *seen);

#endif
