/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include <string.h>

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
        size_t len = text_utf8_length(text);
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
        size_t len = text_utf8_length(text);
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
        size_t n = text_utf8_length(p);
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
