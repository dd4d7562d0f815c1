/* SPDX-License-Identifier: MIT */
#include "core/mac.h"

#include <stdio.h>
#include <string.h>

enum { MAC_SIZE = MAC_TEXT - 1 };

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

bool mac_parse(struct word word, uint64_t *mac)
{
    uint64_t result = 0;

    if (word.size != MAC_SIZE)
        return false;
    for (int i = 0; i < MAC_SIZE; i++) {
        int digit = digit_of(word.text[i]);

        if (i % 3 == 2 ? word.text[i] != ':' : digit < 0)
            return false;
        if (i % 3 != 2)
            result = result << 4 | (unsigned)digit;
    }
    *mac = result;
    return true;
}

enum refusal mac_read(struct word word, uint64_t *mac, char reason[REASON_SIZE])
{
    char quoted[48];

    if (mac_parse(word, mac))
        return REFUSED_NOT;
    snprintf(reason, REASON_SIZE,
             "\"%s\" is not a MAC; expected six pairs of hexadecimal digits joined by colons",
             word_quote(word, quoted));
    return REFUSED_MAC;
}

bool mac_meant(struct word word)
{
    return memchr(word.text, ':', word.size) != NULL;
}

size_t mac_format(uint64_t mac, char text[MAC_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < 6; i++) {
        unsigned byte = mac >> (40 - 8 * i) & 255;

        text[3 * i] = digits[byte >> 4];
        text[3 * i + 1] = digits[byte & 15];
        text[3 * i + 2] = ':';
    }
    text[MAC_SIZE] = 0;
    return MAC_SIZE;
}

size_t arp_format(const struct arp_entry *entry, char *line)
{
    size_t size = mac_format(entry->mac, line);

    line[size++] = ' ';
    return size + address_format(entry->address, line + size);
}

void arp_explain(enum refusal refusal, uint64_t mac, char reason[REASON_SIZE])
{
    char text[MAC_TEXT];
    const char *what = "there is no memory for it; make room and try again";

    if (refusal == REFUSED_EXISTS)
        what = "is in the table; delete it first to add it anew";
    else if (refusal == REFUSED_ABSENT)
        what = "is not in the table; show arp lists what is, arp add adds";
    else if (refusal == REFUSED_LOADING)
        what = "is a row of the file that is being loaded; wait for the load to end";
    else if (refusal == REFUSED_FULL)
        what =
            "does not fit: 7/8 of the slots are live; delete some, or start with more --arp-slots";
    else if (refusal == REFUSED_UNAVAILABLE)
        what = "needs shared memory, and there is none: a notice at the start said why";
    mac_format(mac, text);
    snprintf(reason, REASON_SIZE, "%s %s", text, what);
}
