/* SPDX-License-Identifier: MIT
 *
 * What a program shows that may stand for a route or ARP entry which is missing, though the
 * manifest does not read it so: then the manifest is at fault.
 */
#ifndef HARNESS_BLANK_H
#define HARNESS_BLANK_H

#include "actor.h"

enum blank_kind {
    BLANK_LINE,    /* no row, and it has addresses */
    BLANK_NO_MASK, /* a row without a digit in its mask */
    BLANK_NO_DEST, /* or in its destination */
    BLANK_OIF,     /* a route that no server has, of which oif may be a part, or more */
    BLANK_OTHER,   /* the same, of which the other values may be those of something else */
    BLANK_NOTICE,  /* a row, or a line of a log, that notice takes */
    BLANK_BEHIND,  /* a row behind done */
    BLANK_OUTSIDE, /* a row where no table is shown, or in the line above or below one */
    BLANK_LOG,     /* a line of a log that none of its patterns matches */
    BLANK_KINDS
};

#define BLANK_ADDRESSES 6
#define BLANK_LINE_MOST 300 /* bytes of a line that are kept */

struct blank {
    enum blank_kind kind;
    uint32_t dest, gateway; /* so far as it can be read */
    uint8_t mask;
    char *took; /* by oif, or of BLANK_OTHER by all groups; or NULL */
    size_t at;  /* where in the line oif took it */
    bool log;   /* the line tells a change, and may have what was before */
    char *line;
    uint32_t address[BLANK_ADDRESSES]; /* those of the line */
    size_t addresses;
    uint64_t mac; /* the first of the line; 0: it has none */
};

struct blanks {
    struct blank *list;
    size_t n, of_kind[BLANK_KINDS];
};

/* Whether it can be an address or a mask at all. */
bool blank_has_digit(const char *text);
/* What the line holds; it has no kind yet. */
struct blank blank_read(const char *line, size_t len);
/* Whether the line holds that destination, or MAC. */
bool blank_names(const struct blank *b, bool arp, uint64_t name);
/* Whether it holds that prefix, so far as the line says: with that mask, if one stands behind it.
 */
bool blank_names_prefix(const struct blank *b, uint32_t destination, uint8_t mask);

/* Copies the line and what was taken; of each kind only the first so many are kept. */
void blanks_add(struct blanks *all, const struct blank *b, const char *line, size_t len);
/* Whether no more of that kind are kept. */
bool blanks_are_full(const struct blanks *all, enum blank_kind kind);
/* The same of a line of a kind that needs nothing more, if it holds what an entry does. */
void blanks_note(struct blanks *all, enum blank_kind kind, bool arp, const char *line, size_t len);
/* The same, but of all together the last so many. */
void blanks_add_last(struct blanks *all, const struct blank *b, const char *line, size_t len);
/* None of that kind counts any more, or none that names that prefix, or that MAC. */
void blanks_forget(struct blanks *all, enum blank_kind kind);
void blanks_forget_prefix(struct blanks *all, uint32_t destination, uint8_t mask);
void blanks_forget_mac(struct blanks *all, uint64_t mac);
/* The first that may be that route; anew: another one with its prefix was read. NULL: none. */
const struct blank *blanks_find(const struct blanks *all, const struct route *r, bool anew);
/* The first with that entry. */
const struct blank *blanks_find_neighbour(const struct blanks *all, const struct neighbour *n);
void blanks_finish(struct blanks *all);

/* BROKEN: that dialogue does not understand it. -1. */
int blank_fail(struct world *w, const struct actor *a, enum operation op, const struct blank *b);
/* The same of a line that is no row. -1. */
int blank_fail_stray(struct world *w, const struct actor *a, enum operation op, const char *stray);
/* The same of one that tells the end of that entry, which stays. -1. */
int blank_fail_stays(struct world *w, const struct actor *a, enum operation op,
                     const struct blank *b, const char *entry);

#endif
