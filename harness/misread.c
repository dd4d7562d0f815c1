/* SPDX-License-Identifier: MIT */
#include "misread.h"

#include "mask.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next address of the line at or behind *at; *at comes behind it. */
static bool next_address(const char *line, size_t len, size_t *at, uint32_t *address)
{
    char word[16];

    for (size_t n; *at < len; *at += n + 1) {
        for (n = 0; *at + n < len && strchr("0123456789.", line[*at + n]) != NULL;)
            n++;
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : 0), line + *at);
        if (address_parse(word, address)) {
            *at += n;
            return true;
        }
    }
    return false;
}

bool misread_holds_address(const char *line, size_t len)
{
    uint32_t address;
    size_t at = 0;

    return next_address(line, len, &at, &address);
}

bool misread_names(const char *line, size_t len, uint32_t address)
{
    uint32_t found;

    for (size_t at = 0; next_address(line, len, &at, &found);)
        if (found == address)
            return true;
    return false;
}

size_t misread_addresses(const char *line, size_t len, uint32_t *out, size_t most)
{
    size_t n = 0;

    for (size_t at = 0; n < most && next_address(line, len, &at, &out[n]);)
        n++;
    return n;
}

/* Whether the word stands in the line with no letter or digit beside it. */
static bool holds_word(const char *line, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = line; len > 0 && (at = strstr(at, word)) != NULL; at++)
        if ((at == line || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            return true;
    return false;
}

bool misread_is(const char *line, const struct route *r)
{
    bool dest = false, gateway = false;
    uint32_t address;

    for (size_t at = 0; next_address(line, strlen(line), &at, &address);) {
        bool first = !dest && address == r->destination;
        gateway = gateway || (!first && address == r->gateway);
        dest = dest || first;
    }
    return dest && gateway && holds_word(line, r->oif);
}

bool misread_may_have_mask(const char *line, uint32_t address, uint8_t mask)
{
    uint32_t found;

    for (size_t at = 0; next_address(line, strlen(line), &at, &found);) {
        const char *behind = line + at + strspn(line + at, "/ \t");
        size_t digits = strspn(behind, "0123456789");
        bool is_mask = digits > 0 && digits <= 2 && behind[digits] != '.' && atoi(behind) <= 32;
        if (found == address && (!is_mask || atoi(behind) == mask))
            return true;
    }
    return false;
}

bool misread_holds_mac(const char *line, size_t len, uint64_t *mac)
{
    char word[18];

    for (size_t at = 0; at + 17 <= len; at++) {
        if (line[at + 2] != ':' && line[at + 2] != '-')
            continue;
        snprintf(word, sizeof word, "%.17s", line + at);
        for (char *c = word; *c != '\0'; c++)
            *c = (char)(*c == '-' ? ':' : tolower((unsigned char)*c));
        if (mac_parse(word, mac))
            return true;
    }
    return false;
}

void misread_note(char stray[120], bool arp, const char *line, size_t len)
{
    uint64_t mac;
    bool better =
        arp && misread_holds_mac(line, len, &mac) && !misread_holds_mac(stray, strlen(stray), &mac);

    if (better || (*stray == '\0' && misread_holds_address(line, len)))
        snprintf(stray, 120, "%.*s", (int)len, line);
}

static char *hidden_bits(const struct route *r)
{
    const struct route meant = {.destination = r->destination & UINT32_MAX << (32 - r->mask) % 32,
                                .mask = r->mask};
    char shown[72], right[72];

    route_format(r, shown);
    route_format(r->mask == 0 ? &(struct route){0} : &meant, right);
    shown[strcspn(shown, " ")] = right[strcspn(right, " ")] = '\0';
    return x_printf("%s has bits below its mask, and is accepted; TBL-10 has it refused, for %s",
                    shown, right);
}

static char *explain(const char *wrong, const char *dest, const char *mask, const char *gateway,
                     const char *oif, const struct route *r)
{
    uint32_t address;

    if (strcmp(wrong, "mask") == 0)
        return x_printf("its mask is \"%s\", no number from 0 to 32 (TBL-12) and no dotted quad",
                        mask);
    if (strcmp(wrong, "prefix") == 0)
        return hidden_bits(r);
    if (strcmp(wrong, "oif") == 0)
        return x_printf("its oif is \"%s\", and is accepted; TBL-13 has 1 to 31 printable ASCII "
                        "bytes without blanks",
                        oif);
    return x_printf("its %s is \"%s\", no address (TBL-11)",
                    address_parse(dest, &address) ? "gateway" : "dest",
                    address_parse(dest, &address) ? gateway : dest);
}

char *misread_route(const char *dest, const char *mask, const char *gateway, const char *oif,
                    struct route *r, bool *form)
{
    char prefix[64] = "", bits[24] = ""; /* what does not fit is none */
    const char *holes = NULL, *wrong;

    if (strlen(mask) < sizeof bits && strchr(mask, '.') != NULL)
        holes = mask_count(strcpy(bits, mask));
    if (strlen(dest) + strlen(mask) + 2 <= sizeof prefix)
        strcpy(stpcpy(stpcpy(prefix, dest), "/"), *bits != '\0' ? bits : mask);
    *form = true;
    if (holes != NULL)
        return x_printf("its mask is \"%s\", which %s (TBL-12)", mask, holes);
    wrong = route_parse(prefix, gateway, oif, r);
    *form = wrong != NULL && strcmp(wrong, "prefix") != 0 && strcmp(wrong, "oif") != 0;
    return wrong == NULL ? NULL : explain(wrong, dest, mask, gateway, oif, r);
}

char *misread_neighbour(const char *mac, const char *ip, struct neighbour *n)
{
    const char *wrong = neighbour_parse(mac, ip, n);

    if (wrong == NULL)
        return NULL;
    if (strcmp(wrong, "mac") == 0)
        return x_printf("its mac is \"%s\", not six pairs of lower-case digits with : between",
                        mac);
    return x_printf("its ip is \"%s\", no address (TBL-11)", ip);
}
