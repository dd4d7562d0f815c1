/* SPDX-License-Identifier: MIT
 *
 * A scenario drawn at random. The same seed, the same options and the same claims of the manifest
 * give the same text on every machine. Every step of it is right whichever steps before it are left
 * out, or is refused as BROKEN: what it expects is said by the oracle, never by the text.
 */
#ifndef HARNESS_DRAW_H
#define HARNESS_DRAW_H

#include "manifest.h"

#define DRAW_CLIENTS 8 /* at most */

/* What may be left out, as bits: kinds of steps. */
enum draw_kind {
    DRAW_ARP = 1,
    DRAW_FLUSH = 2,
    DRAW_BURSTS = 4,    /* changes one behind the other, while other things happen */
    DRAW_LOADS = 8,     /* table files */
    DRAW_JOINS = 16,    /* clients that come later, leave, die and come back */
    DRAW_STOPS = 32,    /* clients and servers that are stopped for a while */
    DRAW_RESTARTS = 64, /* servers that end or die, and others in their place */
    DRAW_PROBES = 128,  /* peers that speak for themselves: garbage, half frames, strict readers */
    DRAW_LOOKUPS = 256,
    DRAW_NETWORK = 512, /* clients and peers that come over TCP */
};

struct draw_options {
    int clients, steps; /* 1..DRAW_CLIENTS; about so many steps */
    unsigned without;   /* kinds */
};

/* The kind with that name, such as "probes"; 0 if there is none. */
unsigned draw_kind_find(const char *name);
/* That of one kind. */
const char *draw_kind_name(unsigned kind);
/* "arp, flush, ... or network" */
extern const char draw_kinds[];

/* Appends the text. */
void draw_scenario(uint64_t seed, const struct manifest *m, const struct draw_options *o,
                   struct buf *out);

#endif
