/* SPDX-License-Identifier: MIT
 *
 * The manifest of an IUT: what it claims (its PICS) and how to operate it (its PIXIT). A text of
 * sections and keys, read by the lexer of the scenarios. LANGUAGE.md has the keys.
 */
#ifndef HARNESS_MANIFEST_H
#define HARNESS_MANIFEST_H

#include "pattern.h"
#include "util.h"

/* What a program can be asked on its console, one dialogue each. */
enum operation {
    ASK_CREATE,
    ASK_UPDATE,
    ASK_DELETE,
    ASK_TABLE,
    ASK_LOOKUP,
    ASK_ARP_ADD,
    ASK_ARP_DELETE,
    ASK_ARP,
    ASK_ARP_LOOKUP,
    ASK_FLUSH,
    ASK_DIGEST,
    ASK_LOAD,
    ASK_SAVE,
    ASK_CLIENTS,
    ASK_STATUS,
    ASK_MESSAGES,
    ASK_LINE, /* any line: the general shape of an answer */
    ASK_COUNT
};

const char *operation_name(enum operation op);

struct dialogue {
    char *send; /* with {prefix} and the like; NULL: the program cannot be asked this */
    struct pattern *done, *refused, *row;
};

struct program {
    char **command; /* words, NULL at the end, with {socket}; NULL: the IUT has no such program */
    char **wrapper; /* words, NULL at the end, that stand before the command; or NULL (wrap.h) */
    struct pattern *ready, *notice;
    char *quit_say;  /* the line that ends it, or NULL */
    int quit_signal; /* the signal that ends it where there is no line */
    char **queue;    /* more words for each message queue, NULL at the end, with {queue}; or NULL */
    char *message;   /* what a message is around its {line}; NULL: nothing */
    char **select;   /* more words that make it wait with select(2), NULL at the end; or NULL */
    /* Of a server: words that are added for each address in the network that it is to serve, and
     * words that allow one that other machines reach. Of a client: the whole command of one in the
     * network. NULL: the IUT has none of that. */
    char **network, **public;
    struct pattern *listening; /* the line that tells the port that :0 became, or NULL */
    struct dialogue ask[ASK_COUNT];
};

struct manifest {
    char *file, *name;
    char *root;      /* absolute: where relative commands start */
    char **features; /* NULL at the end */
    uint64_t memory; /* bytes of address space for each process; 0: no limit */
    struct program server, client;
};

/* NULL with complaints, each with file, line and column. */
struct manifest *manifest_read(const char *path, struct diag *d);
void manifest_destroy(struct manifest *m);
bool manifest_claims(const struct manifest *m, const char *feature);

#endif
