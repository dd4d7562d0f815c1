/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include <string.h>

/* The length of the character that begins the text, 0 if it is no UTF-8 (RFC 3629). */
static size_t utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

static bool no_character(const char *text)
{
    return strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
}

static const char *xml_name(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void xml_add(struct buf *b, const char *text)
{
    while (*text != '\0') {
        size_t len = utf8_length(text);
        unsigned char c = (unsigned char)*text;
        if (len == 3 && no_character(text))
            buf_printf(b, "\\uff%02x", (unsigned char)text[2] + 0x40);
        else if (len == 0 || c == 0x7f || (c < ' ' && c != '\n' && c != '\t'))
            buf_printf(b, "\\x%02x", c);
        else if (xml_name(*text) != NULL)
            buf_adds(b, xml_name(*text));
        else
            buf_add(b, text, len);
        text += len ? len : 1;
    }
}

void markdown_add(struct buf *b, const char *text)
{
    while (*text != '\0') {
        size_t len = utf8_length(text);
        unsigned char c = (unsigned char)*text;
        if (len == 0 || c == 0x7f)
            buf_adds(b, "?");
        else if (c < ' ')
            buf_adds(b, " ");
        else if (len == 1 && strchr("\\`*_[]<>|~&#$!{}", c) != NULL)
            buf_printf(b, "\\%c", c);
        else
            buf_add(b, text, len);
        text += len ? len : 1;
    }
}

/* The longest run of backticks. */
static size_t longest_run(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        size_t run = strspn(text, "`");
        longest = run > longest ? run : longest;
        text += run ? run : 1;
    }
    return longest;
}

void markdown_add_code(struct buf *b, const char *language, const char *text)
{
    size_t len = strlen(text), fence = longest_run(text) + 1;

    fence = fence < 3 ? 3 : fence;
    for (size_t i = 0; i < fence; i++)
        buf_adds(b, "`");
    buf_printf(b, "%s\n", language);
    for (const char *p = text; *p != '\0';) {
        size_t n = utf8_length(p);
        bool control = ((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f;
        buf_add(b, n == 0 || control ? "?" : p, n == 0 ? 1 : n);
        p += n == 0 ? 1 : n;
    }
    if (len == 0 || text[len - 1] != '\n')
        buf_adds(b, "\n");
    for (size_t i = 0; i < fence; i++)
        buf_adds(b, "`");
    buf_adds(b, "\n");
}
