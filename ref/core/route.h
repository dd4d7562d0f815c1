/* SPDX-License-Identifier: MIT
 *
 * A route, its text, and why one may be refused. Addresses are in host byte order everywhere but
 * in text; text is strict (TBL-10 to TBL-13).
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ADDRESS_TEXT = 16, /* bytes of a dotted quad with its terminator */
    OIF_SIZE = 32,     /* bytes of an interface name with its terminator */
    ROUTE_LINE = 72,   /* room that a canonical line needs, terminator included */
    REASON_SIZE = 240, /* room for the text of a refusal */
};

struct prefix {
    uint32_t address;
    uint8_t mask;
};

struct route {
    struct prefix prefix;
    uint32_t gateway;
    char oif[OIF_SIZE]; /* NUL-padded to its end, so that 32 bytes compare and copy */
};

/* The kinds of refusal of chapter 7, in the order of refusal_name(). */
enum refusal {
    REFUSED_NOT,
    REFUSED_SYNTAX,
    REFUSED_ADDRESS,
    REFUSED_MASK,
    REFUSED_PREFIX,
    REFUSED_OIF,
    REFUSED_MAC,
    REFUSED_EXISTS,
    REFUSED_ABSENT,
    REFUSED_FULL,
    REFUSED_LOADING,
    REFUSED_BUSY,
    REFUSED_FILE,
    REFUSED_UNAVAILABLE,
    REFUSED_MEMORY,
    REFUSED_ENDED,
};

/* A piece of a line: not terminated. */
struct word {
    const char *text;
    size_t size;
};

const char *refusal_name(enum refusal refusal);

/* Explains a refusal that is about a prefix: what was wrong and what was expected. */
void refusal_explain(enum refusal refusal, struct prefix prefix, char reason[REASON_SIZE]);

/* Network mask of 0..32 bits. */
static inline uint32_t mask_bits(unsigned mask)
{
    return mask ? ~UINT32_C(0) << (32 - mask) : 0;
}

/* Whether the outer prefix holds the inner one; a prefix holds itself. */
static inline bool prefix_covers(struct prefix outer, struct prefix inner)
{
    return outer.mask <= inner.mask &&
           ((outer.address ^ inner.address) & mask_bits(outer.mask)) == 0;
}

/* Reads a whole word as a dotted quad; false if it is none. */
bool address_parse(struct word word, uint32_t *address);

/* Writes the quad and NULs up to 16 bytes; gives the length of the text. */
size_t address_format(uint32_t address, char text[ADDRESS_TEXT]);

/* Writes DEST/MASK and a terminator into ADDRESS_TEXT + 3 bytes; gives its length. */
size_t prefix_format(struct prefix prefix, char *text);

/* Writes the canonical line and a terminator into ROUTE_LINE bytes; gives its length. */
size_t route_format(const struct route *route, char *line);

/* These read a word; a refusal fills the reason. */
enum refusal address_read(struct word word, uint32_t *address, char reason[REASON_SIZE]);
enum refusal prefix_read(struct word word, struct prefix *prefix, char reason[REASON_SIZE]);
enum refusal oif_read(struct word word, char oif[OIF_SIZE], char reason[REASON_SIZE]);

/* Whether the bytes are a legal name: 1 to 31 printable ASCII bytes without blanks. */
bool oif_legal(const char *text, size_t size);

/* Copies a word for people to read: cut short, with `?` for what cannot be printed. */
const char *word_quote(struct word word, char text[48]);

/* Takes the next word off the front of a line; size 0 at its end. Blanks and tabs separate. */
struct word word_next(struct word *line);

#endif
