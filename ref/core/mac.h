/* SPDX-License-Identifier: MIT
 *
 * An entry of the ARP table and its text. A MAC is a number of 48 bits whose first byte is the
 * highest, so that numbers and texts have one order.
 */
#ifndef CORE_MAC_H
#define CORE_MAC_H

#include "core/route.h"

enum {
    MAC_TEXT = 18, /* bytes of a MAC with its terminator */
    MAC_BITS = 48,
    ARP_LINE = MAC_TEXT + ADDRESS_TEXT, /* room for `MAC ADDRESS`, terminator included */
};

struct arp_entry {
    uint64_t mac;
    uint32_t address;
    uint32_t slot; /* the server's: where it stands in shared memory */
    bool known;    /* the address is; a local client has it from shared memory only */
};

/* Reads a whole word as a MAC in either case (ARP-5); false if it is none. */
bool mac_parse(struct word word, uint64_t *mac);

/* As mac_parse; a refusal fills the reason. */
enum refusal mac_read(struct word word, uint64_t *mac, char reason[REASON_SIZE]);

/* Whether the word can only be meant as a MAC. */
bool mac_meant(struct word word);

/* Writes the MAC in lower case and a terminator; gives the length of the text. */
size_t mac_format(uint64_t mac, char text[MAC_TEXT]);

/* Writes `MAC ADDRESS` and a terminator into ARP_LINE bytes; gives its length. */
size_t arp_format(const struct arp_entry *entry, char *line);

/* Explains a refusal that is about an entry: what was wrong and what was expected. */
void arp_explain(enum refusal refusal, uint64_t mac, char reason[REASON_SIZE]);

#endif
