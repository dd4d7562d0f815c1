/* SPDX-License-Identifier: MIT
 *
 * The manifest of an IUT: what it claims (its PICS) and how to operate it (its PIXIT). A text of
 * sections and keys, read by the lexer of the scenarios. LANGUAGE.md has the keys.
 */
#ifndef HARNESS_MANIFEST_H
#define HARNESS_MANIFEST_H

#include "dialogue.h"
#include "object.h"
#include "record.h"

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
    ASK_LINE,    /* any line: the general shape of an answer */
    ASK_QUIT,    /* its end */
    ASK_RECOVER, /* what brings it back to its prompt behind a refusal */
    ASK_COUNT
};

const char *operation_name(enum operation op);

struct manifest;

struct program {
    const struct manifest *home; /* where it is from */
    int line;                    /* of its section; 0: it has none */
    bool spoilt;                 /* something in it is wrong: it was told */
    bool companion; /* it only plays the other role: what it does wrong is not held against the IUT
                     */
    char **command; /* words, NULL at the end, with {socket}; NULL: the IUT has no such program */
    char **wrapper; /* words, NULL at the end, that stand before the command; or NULL (wrap.h) */
    struct pattern *ready, *notice;
    char **queue;  /* more words for each message queue, NULL at the end, with {queue}; or NULL */
    char *message; /* what a message is around its {line}; NULL: nothing */
    char **select; /* more words that make it wait with select(2), NULL at the end; or NULL */
    /* Of a server: words that are added for each address in the network that it is to serve, and
     * words that allow one that other machines reach. Of a client: the whole command of one in the
     * network. NULL: the IUT has none of that. */
    char **network, **public;
    struct pattern *listening; /* the line that tells the port that :0 became, or NULL */
    struct pattern *prompt;    /* where it waits for the next question; NULL: nothing shows that */
    char *socket;              /* where it listens whatever it is told; NULL: where it is told */
    bool terminal;             /* its console is a terminal (terminal.h), not a pair of pipes */
    bool fresh;                /* behind a refusal it is of no more use */
    bool ends_with_server;     /* of a client: where its server goes, it ends */
    unsigned quiet_ms; /* how long it says nothing once it has nothing more to say, at least */
    int quit_signal;   /* what ends it where no dialogue does */
    struct dialogue ask[ASK_COUNT];
};

/* What lies outside is not asked of it. 0: no limit. */
struct limits {
    unsigned longest_oif, most_clients;
    bool one_mask;   /* a destination has one route, whatever the mask */
    bool no_letters; /* its MACs have digits only */
};

struct manifest {
    char *file, *name;
    bool spoilt;           /* something in [iut] is wrong: it was told */
    char *root;            /* absolute: where relative commands start */
    char *build;           /* the command that builds it there (build.h), or NULL */
    char *copy;            /* a private copy of the root, removed with the manifest; or NULL */
    struct buf build_said; /* what that command printed, its end */
    char **features;       /* NULL at the end */
    uint64_t memory;       /* bytes of address space for each process; 0: no limit */
    bool course;           /* it is judged by what the course asks alone */
    bool own_wire;         /* it does not speak the frames of chapter 3 */
    char *dialect;         /* the name of its own wire; or NULL */
    struct record record;  /* the message that its own wire is made of; its line is 0 if none */
    struct limits limits;
    struct objects objects;
    struct program server, client;
};

/* NULL with complaints, each with file, line and column. */
struct manifest *manifest_read(const char *path, struct diag *d);
/* Another root than the one it names, relative to the current directory; complains. */
void manifest_set_root(struct manifest *m, const char *root, struct diag *d);
void manifest_destroy(struct manifest *m);
bool manifest_claims(const struct manifest *m, const char *feature);
/* The path on the machine at which its servers listen whatever they are told, or NULL. */
const char *manifest_place(const struct manifest *m);
/* Whether its command says where the server listens; else that is fixed. */
bool program_is_told_socket(const struct program *p);
/* The root of the one of its programs that lies elsewhere; NULL if there is none. */
const char *manifest_other_root(const struct manifest *m);
/* Whether it is held to leave nothing behind and to end with status 0. */
bool manifest_is_tidy(const struct manifest *m);

#endif
