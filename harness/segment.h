/* SPDX-License-Identifier: MIT
 *
 * The shared memory of chapter 5 from outside: the suite's own reader, which judges a server's
 * object, and writer, for the objects of probes. Layout, hash and probing are those of
 * spec/wire.def.
 */
#ifndef HARNESS_SEGMENT_H
#define HARNESS_SEGMENT_H

#include "arp.h"

#include <sys/stat.h>

struct segment {
    char *name; /* as shm_open(3) takes it */
    uint8_t *at;
    size_t size;
    uint32_t capacity; /* as it was when this was opened: an object may change its mind */
    bool made;         /* by segment_create(): writable, and removed when it is closed */
    struct stat stat;
    int fd;
};

/* One slot, read as a whole. */
struct cell {
    uint32_t lock;
    uint64_t mac, epoch;
    uint32_t ip; /* host byte order */
};

/* A mapping without the right to write, one at a time. NULL with *why (the caller's), what is wrong
 * with the name, the size or the header as SHM-22 has it, and the id of the rule that its server
 * breaks. If its owner cuts it short, what is gone reads as 0. */
struct segment *segment_open(const char *name, const char **id, char **why);
/* A new object: header filled, slots never used. size 0: that of the capacity. NULL with errno. */
struct segment *segment_create(const char *name, uint32_t capacity, uint64_t epoch, size_t size,
                               mode_t mode);
/* Takes NULL. */
void segment_close(struct segment *s);

uint32_t segment_capacity(const struct segment *s);
uint64_t segment_epoch(const struct segment *s);
uint32_t segment_count(const struct segment *s);
uint32_t segment_probe(const struct segment *s);
uint32_t segment_home(const struct segment *s, uint64_t mac);

/* Reads a slot under its lock; false if the lock was odd or changed in each of the tries. */
bool segment_read(const struct segment *s, uint32_t slot, unsigned tries, struct cell *c);
/* The slot of a live entry by the probing of chapter 5, or -1. Tells each way of ending alike. */
int64_t segment_find(const struct segment *s, uint64_t mac, struct cell *c);
/* Writes a slot as it is given, its lock last. */
void segment_write(struct segment *s, uint32_t slot, const struct cell *c);
/* The first slot of the probe sequence that is not live. */
uint32_t segment_place(const struct segment *s, uint64_t mac);
/* Sets a field of the header. NULL, or what is wrong. */
const char *segment_set(struct segment *s, const char *field, uint64_t value);

/* Judges an object whose server is at rest: the id of the rule that it breaks with *why (the
 * caller's), or NULL. want is what it has to hold, epoch that of the server's frames. */
const char *segment_judge(const struct segment *s, const struct arp *want, uint64_t epoch,
                          char **why);

#endif
