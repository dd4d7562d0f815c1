/* SPDX-License-Identifier: MIT
 *
 * A run is a list of moves. Executing a list is deterministic, and a move that is impossible when
 * its turn comes is skipped: so a list may be cut and changed anywhere, and is a run again. In a
 * file each move is a line of words.
 */
#ifndef SIM_MOVE_H
#define SIM_MOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum move_kind {
#define MOVE(name, words, weight) MOVE_##name,
#include "sim/move.def"
    MOVES
};

enum knob {
#define KNOB(name, word, usual, text) KNOB_##name,
#include "sim/move.def"
    KNOBS
};

/* Who runs. The hostile one connects and says what it likes; strangers have nothing to do with the
 * RTM and only take free pids. */
enum actor {
    ACTOR_SERVER,
    ACTOR_A,
    ACTOR_B,
    ACTOR_C,
    ACTOR_D,
    ACTOR_HOSTILE,
    ACTOR_STRANGER,
    ACTOR_OTHER,
    ACTORS
};

enum { CLIENTS_MAX = 4 };

static inline bool actor_is_client(enum actor actor)
{
    return actor >= ACTOR_A && actor <= ACTOR_D;
}

struct move {
    enum move_kind kind;
    uint8_t actor;
    uint8_t key;   /* of a route or a MAC, of a knob, of a frame */
    uint8_t value; /* of a route, an address */
    bool old;      /* the connection before the newest */
    uint16_t stop; /* 0: does not stop */
    uint32_t number;
    uint64_t ages; /* two bits for each load: 0 newest */
};

struct moves {
    struct move *list;
    size_t count, capacity;
};

/* Aborts the program if there is no memory. */
void moves_add(struct moves *moves, const struct move *move);
void moves_finish(struct moves *moves);

enum { MOVE_LINE = 96 };

/* Writes the move without a line end; gives the length of the text. */
size_t move_format(const struct move *move, char line[MOVE_LINE]);

/* Clears what the words of its kind do not say. */
void move_trim(struct move *move);

/* Reads a line; blanks before it are skipped. NULL, or what was expected. */
const char *move_parse(const char *line, struct move *move);

const char *actor_name(enum actor actor);

/* The knob's usual number. */
uint32_t knob_usual(enum knob knob);

/* How often a run draws a kind. */
uint32_t move_weight(enum move_kind kind);

#endif
