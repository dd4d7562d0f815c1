/* SPDX-License-Identifier: MIT */
#include "core/route.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

/* Every octet as text with a dot behind it, so that a quad is four copies of four bytes. */
#define DIGIT(n, place) ((char)('0' + (n) / (place) % 10))
#define OCTET(n)                     \
    {                                \
        {(n) >= 100  ? DIGIT(n, 100) \
         : (n) >= 10 ? DIGIT(n, 10)  \
                     : DIGIT(n, 1),  \
         (n) >= 100  ? DIGIT(n, 10)  \
         : (n) >= 10 ? DIGIT(n, 1)   \
                     : '.',          \
         (n) >= 100  ? DIGIT(n, 1)   \
         : (n) >= 10 ? '.'           \
                     : 0,            \
         (n) >= 100 ? '.' : 0},      \
            (n) >= 100  ? 4          \
            : (n) >= 10 ? 3          \
                        : 2          \
    }
#define OCTETS4(n) OCTET(n), OCTET((n) + 1), OCTET((n) + 2), OCTET((n) + 3)
#define OCTETS16(n) OCTETS4(n), OCTETS4((n) + 4), OCTETS4((n) + 8), OCTETS4((n) + 12)
#define OCTETS64(n) OCTETS16(n), OCTETS16((n) + 16), OCTETS16((n) + 32), OCTETS16((n) + 48)

static const struct {
    char text[4];
    uint8_t size;
} octets[256] = {OCTETS64(0), OCTETS64(64), OCTETS64(128), OCTETS64(192)};

static const char *const names[] = {
    [REFUSED_NOT] = "none",    [REFUSED_SYNTAX] = "syntax",           [REFUSED_ADDRESS] = "address",
    [REFUSED_MASK] = "mask",   [REFUSED_PREFIX] = "prefix",           [REFUSED_OIF] = "oif",
    [REFUSED_MAC] = "mac",     [REFUSED_EXISTS] = "exists",           [REFUSED_ABSENT] = "absent",
    [REFUSED_FULL] = "full",   [REFUSED_LOADING] = "loading",         [REFUSED_BUSY] = "busy",
    [REFUSED_FILE] = "file",   [REFUSED_UNAVAILABLE] = "unavailable", [REFUSED_MEMORY] = "memory",
    [REFUSED_ENDED] = "ended",
};

const char *refusal_name(enum refusal refusal)
{
    return names[refusal];
}

void refusal_explain(enum refusal refusal, struct prefix prefix, char reason[REASON_SIZE])
{
    char text[ADDRESS_TEXT + 3];
    const char *what = "there is no memory for it; make room and try again";

    if (refusal == REFUSED_EXISTS)
        what = "is in the table; use update to change it";
    else if (refusal == REFUSED_ABSENT)
        what = "is not in the table; show lists what is, create adds";
    else if (refusal == REFUSED_LOADING)
        what = "is a row of the file that is being loaded; wait for the load to end";
    prefix_format(prefix, text);
    snprintf(reason, REASON_SIZE, "%s %s", text, what);
}

/* The digit at p, or more than 9. */
static unsigned digit_at(const char *p, const char *end)
{
    return p < end ? (unsigned)(*p - '0') : 10;
}

/* One to three digits up to 255 without a leading zero (TBL-11: 010 means 8 to some and 10 to
 * others); what is behind them, or NULL. */
static const char *octet_parse(const char *p, const char *end, uint32_t *value)
{
    unsigned digit = digit_at(p, end);

    if (digit > 9)
        return NULL;
    *value = digit;
    if ((digit = digit_at(++p, end)) > 9)
        return p;
    if (*value == 0)
        return NULL;
    *value = *value * 10 + digit;
    if ((digit = digit_at(++p, end)) > 9)
        return p;
    *value = *value * 10 + digit;
    return *value <= 255 ? p + 1 : NULL;
}

bool address_parse(struct word word, uint32_t *address)
{
    const char *p = word.text, *end = p + word.size;
    uint32_t result = 0, octet;

    for (int i = 0; i < 4; i++) {
        if (i > 0 && (p == end || *p++ != '.'))
            return false;
        p = octet_parse(p, end, &octet);
        if (!p)
            return false;
        result = result << 8 | octet;
    }
    *address = result;
    return p == end;
}

size_t address_format(uint32_t address, char text[ADDRESS_TEXT])
{
    size_t size = 0;

    memset(text, 0, ADDRESS_TEXT);
    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned octet = address >> shift & 255;

        memcpy(text + size, octets[octet].text, 4);
        size += octets[octet].size;
    }
    text[--size] = 0;
    return size;
}

size_t prefix_format(struct prefix prefix, char *text)
{
    size_t size = address_format(prefix.address, text);

    text[size++] = '/';
    if (prefix.mask >= 10)
        text[size++] = (char)('0' + prefix.mask / 10);
    text[size++] = (char)('0' + prefix.mask % 10);
    text[size] = 0;
    return size;
}

size_t route_format(const struct route *route, char *line)
{
    size_t size = prefix_format(route->prefix, line), oif = strnlen(route->oif, OIF_SIZE - 1);

    line[size++] = ' ';
    size += address_format(route->gateway, line + size);
    line[size++] = ' ';
    memcpy(line + size, route->oif, oif);
    line[size + oif] = 0;
    return size + oif;
}

enum refusal address_read(struct word word, uint32_t *address, char reason[REASON_SIZE])
{
    char quoted[48];

    if (address_parse(word, address))
        return REFUSED_NOT;
    snprintf(reason, REASON_SIZE,
             "\"%s\" is not an address; expected four numbers from 0 to 255 without leading "
             "zeros, joined by dots",
             word_quote(word, quoted));
    return REFUSED_ADDRESS;
}

/* TBL-12: one or two digits, 0 to 32, no leading zero. */
static bool mask_parse(struct word word, uint8_t *mask)
{
    unsigned value = 0;

    if (word.size < 1 || word.size > 2 || (word.size == 2 && word.text[0] == '0'))
        return false;
    for (size_t i = 0; i < word.size; i++) {
        if ((unsigned)(word.text[i] - '0') > 9)
            return false;
        value = value * 10 + (unsigned)(word.text[i] - '0');
    }
    *mask = (uint8_t)value;
    return value <= 32;
}

enum refusal prefix_read(struct word word, struct prefix *prefix, char reason[REASON_SIZE])
{
    const char *slash = memchr(word.text, '/', word.size);
    struct word address = word, mask = {"", 0};
    char quoted[48], text[ADDRESS_TEXT + 3];
    enum refusal refusal;

    if (slash) {
        address.size = (size_t)(slash - word.text);
        mask = (struct word){slash + 1, word.size - address.size - 1};
    }
    refusal = address_read(address, &prefix->address, reason);
    if (refusal)
        return refusal;
    if (!mask_parse(mask, &prefix->mask)) {
        snprintf(reason, REASON_SIZE,
                 "\"%s\" is not a mask; expected a number from 0 to 32 after the address "
                 "and a slash",
                 word_quote(mask, quoted));
        return REFUSED_MASK;
    }
    if (prefix->address & ~mask_bits(prefix->mask)) { /* TBL-10 */
        prefix->address &= mask_bits(prefix->mask);
        prefix_format(*prefix, text);
        snprintf(reason, REASON_SIZE, "%s has bits set below its mask; expected %s",
                 word_quote(word, quoted), text);
        return REFUSED_PREFIX;
    }
    return REFUSED_NOT;
}

bool oif_legal(const char *text, size_t size)
{
    if (size < 1 || size >= OIF_SIZE)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

enum refusal oif_read(struct word word, char oif[OIF_SIZE], char reason[REASON_SIZE])
{
    char quoted[48];

    if (!oif_legal(word.text, word.size)) {
        snprintf(reason, REASON_SIZE,
                 "\"%s\" is not an interface name; expected 1 to 31 printable bytes "
                 "without blanks",
                 word_quote(word, quoted));
        return REFUSED_OIF;
    }
    memset(oif, 0, OIF_SIZE); /* SYN-16 */
    memcpy(oif, word.text, word.size);
    return REFUSED_NOT;
}

const char *word_quote(struct word word, char text[48])
{
    size_t size = word.size < 44 ? word.size : 44;

    for (size_t i = 0; i < size; i++)
        text[i] = word.text[i] >= ' ' && word.text[i] <= '~' ? word.text[i] : '?';
    strcpy(text + size, word.size > size ? "..." : "");
    return text;
}

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* How many of eight bytes stand before the first that is a blank or less. */
static unsigned before_blank(const char *bytes)
{
    uint64_t eight, found;

    memcpy(&eight, bytes, 8);
    eight = le64toh(eight);
    found = (eight - 0x2121212121212121) & ~eight & 0x8080808080808080;
    return found ? (unsigned)__builtin_ctzll(found) / 8 : 8;
}

/* The first blank of the bytes, or their end. */
static const char *find_blank(const char *p, const char *end)
{
    unsigned before = 8;

    while (before == 8 && end - p >= 8)
        p += before = before_blank(p);
    while (p < end && !blank(*p))
        p++;
    return p;
}

struct word word_next(struct word *line)
{
    const char *p = line->text, *end = p + line->size;
    struct word word;

    while (p < end && blank(*p))
        p++;
    word.text = p;
    p = find_blank(p, end);
    word.size = (size_t)(p - word.text);
    *line = (struct word){p, (size_t)(end - p)};
    return word;
}
