/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "fault.h"
#include "wire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void names_finish(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->at[i].text);
    free(names->at);
    *names = (struct names){0};
}

static const struct name *find(const struct names *names, const char *text)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->at[i].text, text) == 0)
            return &names->at[i];
    return NULL;
}

static void declare(struct names *names, const char *text, enum name_kind kind)
{
    names->at = x_realloc(names->at, (names->n + 1) * sizeof *names->at);
    names->at[names->n++] = (struct name){x_strdup(text), kind};
}

#define BIT(kind) (1u << (kind))

/* The elements of a shape that name something declared, and what they accept. */
static const struct {
    const char *element;
    unsigned kinds;
    const char *expected;
} named[] = {
    {"SERVER", BIT(NAME_SERVER), "the name of a server"},
    {"CLIENT", BIT(NAME_CLIENT), "the name of a client"},
    {"CLIENTS", BIT(NAME_CLIENT) | BIT(NAME_GROUP), "names of clients"},
    {"ACTOR", BIT(NAME_SERVER) | BIT(NAME_CLIENT), "the name of a server or a client"},
    {"ACTORS", BIT(NAME_SERVER) | BIT(NAME_CLIENT) | BIT(NAME_GROUP),
     "names of servers or clients"},
    {"PROBE", BIT(NAME_PROBE) | BIT(NAME_LISTENER), "the name of a probe"},
    {"LISTENER", BIT(NAME_SERVER) | BIT(NAME_LISTENER),
     "the name of a server or of a probe that listens"},
    {"PROCESS", BIT(NAME_PROCESS), "the name of a process that the suite has started"},
    {"FILE", BIT(NAME_FILE), "the name of a file"},
    {"QUEUE", BIT(NAME_QUEUE), "the name of a message queue"},
    {"QUEUES", BIT(NAME_QUEUE), "names of message queues"},
};

static bool is_name(const char *text)
{
    if (!isupper((unsigned char)text[0]))
        return false;
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text))
            return false;
    return true;
}

bool names_lack(const struct names *names, const struct token *word)
{
    return !word->quoted && is_name(word->text) && find(names, word->text) == NULL;
}

static bool is_number(const char *text, const char *suffix)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits < 10 && strcmp(text + digits, suffix) == 0;
}

static bool is_type(const char *text)
{
    return wire_type_code(text) >= 0;
}

static bool is_signal(const char *text)
{
    static const char *const known[] = {"KILL", "TERM", "INT", "USR1", "PIPE", "HUP"};

    for (size_t i = 0; i < LENGTH(known); i++)
        if (strcmp(text, known[i]) == 0)
            return true;
    return false;
}

/* Whether a word is that of the shape: "show(s)" stands for show and for shows. */
static bool is_literal(const char *element, const char *text)
{
    if (text[0] != element[0])
        return false;
    size_t len = strcspn(element, "(");
    if (strncmp(text, element, len) != 0)
        return false;
    return text[len] == '\0' || (element[len] == '(' && strcmp(text + len, "s") == 0);
}

/* Whether one word fits one element; if not, says what would. */
static bool fits(const char *element, const struct token *t, const struct names *names,
                 const char **expected)
{
    *expected = element;
    if (islower((unsigned char)element[0]))
        return !t->quoted && is_literal(element, t->text);
    for (size_t i = 0; i < LENGTH(named); i++) {
        if (strcmp(element, named[i].element) != 0)
            continue;
        const struct name *n = find(names, t->text);
        *expected = named[i].expected;
        return n != NULL && (named[i].kinds & BIT(n->kind));
    }
    if (strncmp(element, "NEW", 3) == 0) {
        *expected = find(names, t->text) != NULL
                        ? "a name that is not taken yet"
                        : "a new name: a capital letter, then letters and digits";
        return is_name(t->text) && find(names, t->text) == NULL;
    }
    if (strcmp(element, "STRING") == 0) {
        *expected = "a \"quoted text\"";
        return t->quoted;
    }
    if (strcmp(element, "NUMBER") == 0) {
        *expected = "a number";
        return is_number(t->text, "");
    }
    if (strcmp(element, "PERCENT") == 0) {
        *expected = "a percentage such as 50%";
        return is_number(t->text, "%");
    }
    if (strcmp(element, "SIGNAL") == 0) {
        *expected = "a signal: KILL TERM INT USR1 PIPE HUP";
        return is_signal(t->text);
    }
    if (strcmp(element, "TYPE") == 0) {
        *expected = "a frame type of chapter 3";
        return is_type(t->text);
    }
    if (strcmp(element, "FAULTS") == 0) {
        const char *wrong = fault_check(t->text);
        *expected = wrong ? wrong : "CALL=ERRNO";
        return wrong == NULL;
    }
    if (strcmp(element, "FIELDS") == 0 || strcmp(element, "PAIRS") == 0) {
        *expected = "field=value";
        return strchr(t->text, '=') != NULL;
    }
    return true; /* WORD, WORDS */
}

/* Whether a frame of that type (-1: of any) has the field that a field=value names. */
static bool names_field(int type, const char *text)
{
    return wire_has_field(type, text, strcspn(text, "="));
}

static bool is_list(const char *element)
{
    static const char *const lists[] = {"CLIENTS", "ACTORS", "NEWS",  "WORDS",
                                        "QUEUES",  "FIELDS", "PAIRS", "FAULTS"};

    for (size_t i = 0; isupper((unsigned char)element[0]) && i < LENGTH(lists); i++)
        if (strcmp(element, lists[i]) == 0)
            return true;
    return false;
}

struct element {
    char text[16]; /* empty behind the last one */
};

/* The first element of a shape, which goes on behind it then. */
static struct element take(const char **shape)
{
    struct element e;
    size_t len = 0;

    while ((*shape)[len] != ' ' && (*shape)[len] != '\0')
        len++;
    memcpy(e.text, *shape, len);
    e.text[len] = '\0';
    *shape += len + ((*shape)[len] == ' ');
    return e;
}

/* Which kind of name a line declares: its first word says. */
static enum name_kind declares(const char *element, const struct tokens *words)
{
    if (strcmp(element, "NEWFILE") == 0)
        return NAME_FILE;
    bool network = strcmp(words->at[0].text, "network") == 0;
    const char *first = words->at[network ? 1 : 0].text;
    if (strcmp(first, "server") == 0)
        return NAME_SERVER;
    if (strcmp(first, "clients") == 0)
        return NAME_GROUP;
    if (strcmp(first, "client") == 0)
        return NAME_CLIENT;
    if (strcmp(first, "process") == 0)
        return NAME_PROCESS;
    if (strcmp(first, "queue") == 0)
        return NAME_QUEUE;
    return strcmp(words->at[words->n - 1].text, "listens") == 0 ? NAME_LISTENER : NAME_PROBE;
}

static bool miss(size_t at, const char *text, size_t *where, char **expected)
{
    *where = at;
    if (expected != NULL)
        *expected = x_strdup(text);
    return false;
}

bool shape_match(const char *shape, const struct tokens *words, struct names *names, size_t *where,
                 char **expected)
{
    struct element e, next = take(&shape), new_element = {""};
    size_t at = 0, first_new = words->n, last_new = 0;
    int type = -1;
    const char *wanted = "";

    while (next.text[0] != '\0') {
        e = next;
        next = take(&shape);
        bool list = is_list(e.text), is_new = strncmp(e.text, "NEW", 3) == 0;
        size_t taken = 0;
        while (at < words->n && (list || taken == 0)) {
            if (list && islower((unsigned char)next.text[0]) &&
                is_literal(next.text, words->at[at].text))
                break;
            if (!fits(e.text, &words->at[at], names, &wanted)) {
                if (taken > 0 && next.text[0] != '\0')
                    break; /* the list is over */
                return miss(at, wanted, where, expected);
            }
            if (strcmp(e.text, "TYPE") == 0)
                type = wire_type_code(words->at[at].text);
            if (strcmp(e.text, "FIELDS") == 0 && !names_field(type, words->at[at].text))
                return miss(at, "a field that chapter 3 gives this frame", where, expected);
            if (is_new) {
                first_new = at < first_new ? at : first_new;
                last_new = at;
                new_element = e;
            }
            at++;
            taken++;
        }
        if (taken == 0 && strcmp(e.text, "FIELDS") != 0 && strcmp(e.text, "PAIRS") != 0 &&
            strcmp(e.text, "WORDS") != 0) {
            struct token none = {.text = (char *)""};
            fits(e.text, &none, names, &wanted);
            return miss(words->n, wanted, where, expected);
        }
    }
    if (at < words->n)
        return miss(at, "the end of the line", where, expected);
    for (size_t i = first_new; i <= last_new && i < words->n; i++)
        declare(names, words->at[i].text, declares(new_element.text, words));
    return true;
}
