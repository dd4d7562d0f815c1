/* SPDX-License-Identifier: MIT
 *
 * Shared memory as the course has it: one object for each MAC, named by it, that holds its address.
 * The section [shm] of a manifest says how; spec/manifest.md has its keys.
 */
#ifndef HARNESS_OBJECT_H
#define HARNESS_OBJECT_H

#include "arp.h"
#include "value.h"

#include <sys/types.h>

#define OBJECTS_OF_ANYONE ((uid_t)-1)

/* How an object holds its address. */
enum object_value {
    OBJECT_TEXT,     /* dotted quad, up to a NUL or the object's end */
    OBJECT_TEXT_NUL, /* the same, and the NUL has to be there */
    OBJECT_NETWORK,  /* four bytes, the first octet first */
    OBJECT_HOST,     /* four bytes, a number of the machine's byte order */
    OBJECT_VALUES
};

struct objects {
    int line;     /* of the manifest, where its section begins; 0: it has none */
    bool per_mac; /* false: the one object of chapter 5, or none */
    char *name;   /* with {mac}; NULL: {mac} */
    char *join;   /* between the pairs of digits; NULL: a colon */
    bool upper;   /* the letters of its digits */
    enum object_value value;
};

/* One line of the section: 0, or -1 with a complaint. */
int objects_set(struct objects *o, const char *key, const struct value *v);
/* Whether the section fits the wire; file is the manifest's. */
void objects_check(const struct objects *o, bool own_wire, const char *file, struct diag *d);
void objects_finish(struct objects *o);

/* The name for shm_open(3); the caller's. */
char *objects_name(const struct objects *o, uint64_t mac);
/* The same of a MAC as it was written. */
char *objects_name_of(const struct objects *o, const char *text);
/* What the MAC's object holds now. NULL, or what is wrong with the object (the caller's). */
char *objects_read(const struct objects *o, uint64_t mac, uint32_t *address);

/* What in shared memory may be the object that the MAC has not as o has it, or what its bytes may
 * be: the caller's, or NULL. */
char *objects_explain(const struct objects *o, uint64_t mac, uint32_t address);

/* The MAC whose object has that file in /dev/shm; false if it is none of these. */
bool objects_mac(const struct objects *o, const char *file, uint64_t *mac);
/* The MACs that have an object, so far as the naming tells; owner: only that user's, or
 * OBJECTS_OF_ANYONE. */
struct arp *objects_list(const struct objects *o, uid_t owner);
/* Removes those of that owner that are not among the known. */
void objects_tidy(const struct objects *o, uid_t owner, const struct arp *known);

#endif
