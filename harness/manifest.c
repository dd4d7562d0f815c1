/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include "scan.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const operations[ASK_COUNT] = {
    [ASK_CREATE] = "create",
    [ASK_UPDATE] = "update",
    [ASK_DELETE] = "delete",
    [ASK_TABLE] = "table",
    [ASK_LOOKUP] = "lookup",
    [ASK_ARP_ADD] = "arp-add",
    [ASK_ARP_DELETE] = "arp-delete",
    [ASK_ARP] = "arp",
    [ASK_ARP_LOOKUP] = "arp-lookup",
    [ASK_FLUSH] = "flush",
    [ASK_DIGEST] = "digest",
    [ASK_LOAD] = "load",
    [ASK_SAVE] = "save",
    [ASK_LINE] = "line",
    [ASK_CLIENTS] = "clients",
    [ASK_STATUS] = "status",
    [ASK_MESSAGES] = "messages",
};

/* The groups that the rows of a dialogue need. */
static const struct {
    enum operation op;
    const char *group[5];
} row_groups[] = {
    {ASK_TABLE, {"dest", "mask", "gateway", "oif"}},
    {ASK_LOOKUP, {"dest", "mask", "gateway", "oif"}},
    {ASK_ARP, {"mac", "ip"}},
    {ASK_ARP_LOOKUP, {"mac", "ip"}},
    {ASK_MESSAGES, {"taken", "refused"}},
};

/* What the feature column of a scenario's "needs" may name. */
static const char *const known_features[] = {"routes", "console", "mac", "flush", "mq", "net"};

const char *operation_name(enum operation op)
{
    return operations[op];
}

/* One value: the words right of the "=", and where they stand. */
struct value {
    const struct source *source;
    int line;
    struct token *at;
    size_t n;
    struct diag *diag;
};

static int wrong(const struct value *v, size_t word, const char *message)
{
    int column = v->n == 0 ? 1 : v->at[word < v->n ? word : v->n - 1].column;

    diag_add(v->diag, v->source->name, v->line, column, "%s", message);
    return -1;
}

static int set_text(char **slot, const struct value *v)
{
    if (v->n != 1)
        return wrong(v, 1, "expected one word or one \"quoted text\" after the =");
    free(*slot);
    *slot = x_strdup(v->at[0].text);
    return 0;
}

static int set_pattern(struct pattern **slot, const struct value *v)
{
    char *why = NULL;
    size_t offset = 0;

    if (v->n != 1)
        return wrong(v, 1, "expected one \"pattern\" after the =");
    pattern_destroy(*slot);
    *slot = pattern_create(v->at[0].text, &why, &offset);
    if (*slot != NULL)
        return 0;
    diag_add(v->diag, v->source->name, v->line, v->at[0].column + (int)offset, "not a pattern: %s",
             why);
    free(why);
    return -1;
}

/* The } that belongs to the ${ at text, or NULL. */
static const char *closing_brace(const char *text)
{
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (strncmp(text, "${", 2) == 0)
            depth++;
        else if (*text == '}' && --depth <= 0)
            return text;
    }
    return NULL;
}

/* Puts the environment in place of ${NAME} and ${NAME:-otherwise}, and in otherwise too. */
static char *expand(const char *text)
{
    struct buf out = {0};

    while (*text != '\0') {
        const char *end = strncmp(text, "${", 2) == 0 ? closing_brace(text) : NULL;
        if (end == NULL) {
            buf_add(&out, text++, 1);
            continue;
        }
        char *name = x_strndup(text + 2, (size_t)(end - text - 2)), *otherwise = strstr(name, ":-");
        if (otherwise != NULL)
            *otherwise = '\0';
        const char *set = getenv(name);
        char *value = set != NULL && *set != '\0' ? x_strdup(set)
                                                  : expand(otherwise != NULL ? otherwise + 2 : "");
        buf_adds(&out, value);
        free(value);
        free(name);
        text = end + 1;
    }
    return buf_take(&out);
}

static int set_words(char ***slot, const struct value *v)
{
    if (v->n == 0)
        return wrong(v, 0, "expected words after the =");
    *slot = x_calloc(v->n + 1, sizeof **slot);
    for (size_t i = 0; i < v->n; i++)
        (*slot)[i] = expand(v->at[i].text);
    return 0;
}

static int set_features(struct manifest *m, const struct value *v)
{
    for (size_t i = 0; i < v->n; i++) {
        bool known = false;
        for (size_t k = 0; k < LENGTH(known_features); k++)
            known = known || strcmp(v->at[i].text, known_features[k]) == 0;
        if (!known)
            return wrong(v, i,
                         "no such feature; expected some of: routes console mac flush mq net");
    }
    return set_words(&m->features, v);
}

static int set_quit(struct program *p, const struct value *v)
{
    if (v->n == 2 && strcmp(v->at[0].text, "say") == 0) {
        p->quit_say = x_strdup(v->at[1].text);
        return 0;
    }
    if (v->n == 2 && strcmp(v->at[0].text, "signal") == 0) {
        p->quit_signal = strcmp(v->at[1].text, "INT") == 0 ? SIGINT : SIGTERM;
        if (p->quit_signal == SIGINT || strcmp(v->at[1].text, "TERM") == 0)
            return 0;
    }
    return wrong(v, 0, "expected: say \"a line\", signal INT or signal TERM");
}

static int set_memory(struct manifest *m, const struct value *v)
{
    char *text = expand(v->n == 1 ? v->at[0].text : "");
    unsigned long long giga = 0;
    int used = 0;
    bool limited = sscanf(text, "%lluG%n", &giga, &used) == 1 && text[used] == '\0' && giga > 0 &&
                   giga <= 1024;
    bool fine = limited || strcmp(text, "unlimited") == 0;

    free(text);
    if (!fine)
        return wrong(v, 0, "expected a number of gibibytes such as 8G, or unlimited");
    m->memory = limited ? giga << 30 : 0;
    return 0;
}

static int set_iut(struct manifest *m, const char *key, const struct value *v)
{
    if (strcmp(key, "name") == 0)
        return set_text(&m->name, v);
    if (strcmp(key, "root") == 0)
        return set_text(&m->root, v);
    if (strcmp(key, "features") == 0)
        return set_features(m, v);
    if (strcmp(key, "memory") == 0)
        return set_memory(m, v);
    return wrong(v, 0, "no such key in [iut]; expected name, root, features or memory");
}

static int set_program(struct program *p, const char *key, const struct value *v)
{
    if (strcmp(key, "command") == 0)
        return set_words(&p->command, v);
    if (strcmp(key, "ready") == 0)
        return set_pattern(&p->ready, v);
    if (strcmp(key, "notice") == 0)
        return set_pattern(&p->notice, v);
    if (strcmp(key, "quit") == 0)
        return set_quit(p, v);
    if (strcmp(key, "queue") == 0)
        return set_words(&p->queue, v);
    if (strcmp(key, "message") == 0)
        return set_text(&p->message, v);
    if (strcmp(key, "select") == 0)
        return set_words(&p->select, v);
    if (strcmp(key, "network") == 0)
        return set_words(&p->network, v);
    if (strcmp(key, "public") == 0)
        return set_words(&p->public, v);
    if (strcmp(key, "port") == 0)
        return set_pattern(&p->listening, v);
    return wrong(v, 0,
                 "no such key here; expected command, ready, notice, quit, queue, message, select, "
                 "network, public or port");
}

static int set_dialogue(struct dialogue *a, const char *key, const struct value *v)
{
    if (strcmp(key, "send") == 0)
        return set_text(&a->send, v);
    if (strcmp(key, "done") == 0)
        return set_pattern(&a->done, v);
    if (strcmp(key, "refused") == 0)
        return set_pattern(&a->refused, v);
    if (strcmp(key, "row") == 0)
        return set_pattern(&a->row, v);
    return wrong(v, 0, "no such key here; expected send, done, refused or row");
}

/* Where the keys of the current section go: one of the three is set. */
struct section {
    bool iut;
    struct program *program;
    struct dialogue *dialogue;
};

static bool open_section(struct manifest *m, const char *name, struct section *s)
{
    const char *dot = strchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : strlen(name);

    *s = (struct section){0};
    s->iut = strcmp(name, "iut") == 0;
    if (len == 6 && strncmp(name, "server", len) == 0)
        s->program = &m->server;
    if (len == 6 && strncmp(name, "client", len) == 0)
        s->program = &m->client;
    if (s->program == NULL || dot == NULL)
        return s->iut || s->program != NULL;
    for (int i = 0; i < ASK_COUNT; i++)
        if (strcmp(dot + 1, operations[i]) == 0)
            s->dialogue = &s->program->ask[i];
    s->program = NULL;
    return s->dialogue != NULL;
}

static void read_line(struct manifest *m, struct section *s, const struct source *src, int number,
                      struct diag *d)
{
    struct tokens t;

    if (scan_line(src, number, &t, d) < 0 || t.n == 0)
        return;
    char *first = t.at[0].text;
    size_t len = strlen(first);
    struct value v = {src, number, t.at + 2, t.n < 2 ? 0 : t.n - 2, d};
    if (first[0] == '[') {
        bool closed = first[len - 1] == ']' && t.n == 1;
        first[len - 1] = '\0';
        if (!closed || !open_section(m, first + 1, s))
            diag_add(
                d, src->name, number, 1,
                "no such section; expected [iut], [server], [client], or [server.X] and [client.X] "
                "with X one of create update delete table lookup arp-add arp-delete arp arp-lookup "
                "flush digest load save clients status messages line");
    } else if (t.n < 2 || strcmp(t.at[1].text, "=") != 0) {
        diag_add(d, src->name, number, t.at[0].column,
                 "expected KEY = VALUE, with blanks around the =");
    } else if (s->iut) {
        set_iut(m, first, &v);
    } else if (s->program != NULL) {
        set_program(s->program, first, &v);
    } else if (s->dialogue != NULL) {
        set_dialogue(s->dialogue, first, &v);
    } else {
        diag_add(d, src->name, number, 1, "a key before the first section; expected [iut]");
    }
    tokens_finish(&t);
}

static void check_rows(const struct manifest *m, const struct program *p, const char *what,
                       size_t i, struct diag *d)
{
    const struct dialogue *a = &p->ask[row_groups[i].op];

    for (const char *const *group = row_groups[i].group; *group != NULL && a->send != NULL; group++)
        if (!pattern_has(a->row, *group))
            diag_add(d, m->file, 1, 1, "[%s.%s] needs a row pattern with the group %s", what,
                     operations[row_groups[i].op], *group);
}

/* What is needed together, once all is read. */
static void check_program(const struct manifest *m, const struct program *p, const char *what,
                          struct diag *d)
{
    for (int i = 0; i < ASK_COUNT; i++) {
        const struct dialogue *a = &p->ask[i];
        if (a->send != NULL && a->done == NULL)
            diag_add(d, m->file, 1, 1, "[%s.%s] has send but no done pattern", what, operations[i]);
    }
    for (size_t i = 0; i < LENGTH(row_groups); i++)
        check_rows(m, p, what, i, d);
    if (p->command != NULL && m->features != NULL && manifest_claims(m, "mac") &&
        p->ask[ASK_ARP].send == NULL)
        diag_add(d, m->file, 1, 1, "[%s.arp] is missing: the feature mac could not be judged",
                 what);
    if (p == &m->server && p->command != NULL && m->features != NULL && manifest_claims(m, "mq") &&
        p->queue == NULL)
        diag_add(d, m->file, 1, 1,
                 "[server] has no queue: expected the words for a message queue, as --mq {queue}");
    if (p->command != NULL && m->features != NULL && manifest_claims(m, "net") &&
        p->network == NULL)
        diag_add(d, m->file, 1, 1, "[%s] has no network: the feature net could not be judged",
                 what);
    if (p->listening != NULL && !pattern_has(p->listening, "port"))
        diag_add(d, m->file, 1, 1, "[%s] needs a port pattern with the group port", what);
    if (p->command != NULL && p->ask[ASK_TABLE].send == NULL)
        diag_add(d, m->file, 1, 1, "[%s.table] is missing: nothing could be compared", what);
    if (p->command != NULL && p->quit_say == NULL && p->quit_signal == 0)
        diag_add(d, m->file, 1, 1, "[%s] has no quit; expected say \"a line\" or signal INT", what);
}

static void check(struct manifest *m, struct diag *d)
{
    if (m->name == NULL)
        diag_add(d, m->file, 1, 1, "[iut] has no name");
    if (m->features == NULL)
        diag_add(d, m->file, 1, 1,
                 "[iut] has no features; an IUT that claims nothing can't be judged");
    if (m->server.command == NULL && m->client.command == NULL)
        diag_add(d, m->file, 1, 1, "neither [server] nor [client] has a command");
    check_program(m, &m->server, "server", d);
    check_program(m, &m->client, "client", d);
}

/* Makes root absolute: it is written relative to the manifest. */
static void find_root(struct manifest *m, const char *path, struct diag *d)
{
    char *copy = x_strdup(path), *slash = strrchr(copy, '/'), *joined;
    char resolved[PATH_MAX] = "";

    if (slash != NULL)
        *slash = '\0';
    const char *root = m->root ? m->root : ".";
    joined = root[0] == '/' ? x_strdup(root) : x_printf("%s/%s", slash ? copy : ".", root);
    if (realpath(joined, resolved) == NULL)
        diag_add(d, m->file, 1, 1, "root %s: %s", joined, strerror(errno));
    free(m->root);
    m->root = x_strdup(resolved);
    free(joined);
    free(copy);
}

struct manifest *manifest_read(const char *path, struct diag *d)
{
    struct manifest *m = x_calloc(1, sizeof *m);
    struct section section = {0};
    struct source source;
    int before = d->count;

    m->file = x_strdup(path);
    m->memory = (uint64_t)8 << 30;
    if (source_read(&source, path, path, d) == 0) {
        for (int i = 1; i <= source.count; i++)
            read_line(m, &section, &source, i, d);
        check(m, d);
        find_root(m, path, d);
    }
    source_finish(&source);
    if (d->count == before)
        return m;
    manifest_destroy(m);
    return NULL;
}

static void free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

static void finish_program(struct program *p)
{
    free_words(p->command);
    free_words(p->wrapper);
    free_words(p->queue);
    free_words(p->select);
    free(p->message);
    free_words(p->network);
    free_words(p->public);
    pattern_destroy(p->listening);
    pattern_destroy(p->ready);
    pattern_destroy(p->notice);
    free(p->quit_say);
    for (int i = 0; i < ASK_COUNT; i++) {
        free(p->ask[i].send);
        pattern_destroy(p->ask[i].done);
        pattern_destroy(p->ask[i].refused);
        pattern_destroy(p->ask[i].row);
    }
}

void manifest_destroy(struct manifest *m)
{
    if (m == NULL)
        return;
    finish_program(&m->server);
    finish_program(&m->client);
    free_words(m->features);
    free(m->file);
    free(m->name);
    free(m->root);
    free(m);
}

bool manifest_claims(const struct manifest *m, const char *feature)
{
    for (size_t i = 0; m->features[i] != NULL; i++)
        if (strcmp(m->features[i], feature) == 0)
            return true;
    return false;
}
