/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include "dialogue_key.h"
#include "manifest_check.h"
#include "once.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OIF_MOST 31 /* bytes of an interface name (TBL-13) */
#define QUIET_MS 60 /* for programs that do not pause in what they print */

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
    [ASK_QUIT] = "quit",
    [ASK_RECOVER] = "recover",
};

/* What the feature column of a scenario's "needs" may name. */
static const char *const known_features[] = {"routes", "console", "mac",       "flush",   "mq",
                                             "net",    "epochs",  "reconnect", "signals", "tidy"};
/* What RTM/1 asks of everybody, so that only programs with a wire of their own claim it. */
static const char *const own_features[] = {"epochs", "reconnect", "signals", "tidy"};

const char *operation_name(enum operation op)
{
    return operations[op];
}

static int set_features(struct manifest *m, const struct value *v)
{
    for (size_t i = 0; i < v->n; i++) {
        bool known = false;
        for (size_t k = 0; k < LENGTH(known_features); k++)
            known = known || strcmp(v->at[i].text, known_features[k]) == 0;
        if (!known)
            return value_wrong(v, i,
                               "no such feature; expected some of: routes console mac flush mq net "
                               "epochs reconnect signals tidy");
    }
    return value_words(&m->features, v);
}

static int set_quit(struct program *p, const struct value *v)
{
    const char *how = v->n == 2 ? v->at[0].text : "", *what = v->n == 2 ? v->at[1].text : "";

    if (strcmp(how, "say") == 0) {
        dialogue_add_send(&p->ask[ASK_QUIT], what);
        return 0;
    }
    for (int i = 1; i < 32 && strcmp(how, "signal") == 0; i++)
        if (strcmp(sigabbrev_np(i), what) == 0) {
            p->quit_signal = i;
            return 0;
        }
    return value_wrong(v, 0, "expected: say \"a line\", or signal NAME, such as signal INT");
}

static int set_memory(struct manifest *m, const struct value *v)
{
    char *text = value_expand(v->n == 1 ? v->at[0].text : "");
    unsigned long long giga = 0;
    int used = 0;
    bool limited = sscanf(text, "%lluG%n", &giga, &used) == 1 && text[used] == '\0' && giga > 0 &&
                   giga <= 1024;
    bool fine = limited || strcmp(text, "unlimited") == 0;

    free(text);
    if (!fine)
        return value_wrong(v, 0, "expected a number of gibibytes such as 8G, or unlimited");
    m->memory = limited ? giga << 30 : 0;
    return 0;
}

/* That of chapter 1 is none of its own. */
static int set_longest_oif(struct manifest *m, const struct value *v)
{
    int result = value_number(&m->limits.longest_oif, v, "", OIF_MOST);

    if (m->limits.longest_oif == OIF_MOST)
        m->limits.longest_oif = 0;
    return result;
}

static int set_wire(struct manifest *m, const struct value *v)
{
    struct value name = {v->source, v->line, v->at + 1, v->n - 1, v->diag};

    m->own_wire = v->n > 0 && strcmp(v->at[0].text, "own") == 0;
    if (m->own_wire && v->n == 2)
        return value_text(&m->dialect, &name);
    if (v->n == 1 && (m->own_wire || strcmp(v->at[0].text, "rtm1") == 0))
        return 0;
    return value_wrong(v, 0, "expected rtm1 (the frames of chapter 3), own, or own NAME");
}

static int set_build(struct manifest *m, const struct value *v)
{
    if (v->n != 1)
        return value_wrong(v, 1, "expected one \"command\" for the shell after the =");
    free(m->build);
    m->build = value_expand(v->at[0].text);
    return 0;
}

/* A flag that is kept the other way round. */
static int set_not(bool *slot, const struct value *v)
{
    int result = value_flag(slot, v);

    *slot = result == 0 ? !*slot : *slot;
    return result;
}

static int set_iut(struct manifest *m, const char *key, const struct value *v)
{
    if (strcmp(key, "name") == 0)
        return value_text(&m->name, v);
    if (strcmp(key, "root") == 0)
        return value_text(&m->root, v);
    if (strcmp(key, "build") == 0)
        return set_build(m, v);
    if (strcmp(key, "features") == 0)
        return set_features(m, v);
    if (strcmp(key, "memory") == 0)
        return set_memory(m, v);
    if (strcmp(key, "wire") == 0)
        return set_wire(m, v);
    if (strcmp(key, "longest-oif") == 0)
        return set_longest_oif(m, v);
    if (strcmp(key, "most-clients") == 0)
        return value_number(&m->limits.most_clients, v, "", 100000);
    if (strcmp(key, "mask-in-key") == 0)
        return set_not(&m->limits.one_mask, v);
    if (strcmp(key, "mac-letters") == 0)
        return set_not(&m->limits.no_letters, v);
    return value_wrong(v, 0,
                       "no such key in [iut]; expected name, root, build, features, memory, wire, "
                       "longest-oif, most-clients, mask-in-key or mac-letters");
}

static int set_program(struct program *p, const char *key, const struct value *v)
{
    if (strcmp(key, "command") == 0)
        return value_words(&p->command, v);
    if (strcmp(key, "ready") == 0)
        return value_pattern(&p->ready, v);
    if (strcmp(key, "notice") == 0)
        return value_pattern(&p->notice, v);
    if (strcmp(key, "prompt") == 0)
        return value_pattern(&p->prompt, v);
    if (strcmp(key, "terminal") == 0)
        return value_flag(&p->terminal, v);
    if (strcmp(key, "fresh") == 0)
        return value_flag(&p->fresh, v);
    if (strcmp(key, "ends-with-server") == 0)
        return value_flag(&p->ends_with_server, v);
    if (strcmp(key, "quiet") == 0)
        return value_number(&p->quiet_ms, v, "ms", 5000);
    if (strcmp(key, "socket") == 0)
        return value_text(&p->socket, v);
    if (strcmp(key, "quit") == 0)
        return set_quit(p, v);
    if (strcmp(key, "queue") == 0)
        return value_words(&p->queue, v);
    if (strcmp(key, "message") == 0)
        return value_text(&p->message, v);
    if (strcmp(key, "select") == 0)
        return value_words(&p->select, v);
    if (strcmp(key, "network") == 0)
        return value_words(&p->network, v);
    if (strcmp(key, "public") == 0)
        return value_words(&p->public, v);
    if (strcmp(key, "port") == 0)
        return value_pattern(&p->listening, v);
    return value_wrong(
        v, 0,
        "no such key here; expected command, terminal, ready, prompt, notice, quit, "
        "quiet, fresh, ends-with-server, socket, queue, message, select, network, public "
        "or port");
}

/* Where the keys of the current section go: one of the five is set. */
struct section {
    bool iut;
    bool unknown;  /* none: its keys are no further mistakes */
    bool misspelt; /* some section was: what is missing may be that one */
    bool *spoilt;  /* of the section: something in it is wrong; or NULL */
    struct objects *objects;
    struct record *record;
    struct program *program;
    struct dialogue *dialogue;
    struct once sections; /* of the file */
    struct once keys;     /* of this one */
};

static bool open_section(struct manifest *m, const char *name, struct section *s)
{
    const char *dot = strchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : strlen(name);

    once_finish(&s->keys);
    *s = (struct section){.misspelt = s->misspelt, .sections = s->sections};
    s->iut = strcmp(name, "iut") == 0;
    if (strcmp(name, "shm") == 0)
        s->objects = &m->objects;
    if (strcmp(name, "record") == 0)
        s->record = &m->record;
    if (len == 6 && strncmp(name, "server", len) == 0)
        s->program = &m->server;
    if (len == 6 && strncmp(name, "client", len) == 0)
        s->program = &m->client;
    s->spoilt = s->iut ? &m->spoilt : s->program != NULL ? &s->program->spoilt : NULL;
    if (s->program == NULL || dot == NULL)
        return s->iut || s->objects != NULL || s->record != NULL || s->program != NULL;
    for (int i = 0; i < ASK_COUNT; i++)
        if (strcmp(dot + 1, operations[i]) == 0)
            s->dialogue = &s->program->ask[i];
    s->program = NULL;
    s->spoilt = s->dialogue != NULL ? &s->dialogue->spoilt : NULL;
    return s->dialogue != NULL;
}

/* Whether one was meant that there is. */
static bool complain_section(const char *name, const struct source *src, int line, struct diag *d)
{
    static const char *const sections[] = {"iut", "shm", "record", "server", "client"};
    bool dialogue = strncmp(name, "server.", 7) == 0 || strncmp(name, "client.", 7) == 0;
    const char *meant = dialogue ? suggest(name + 7, operations, ASK_COUNT)
                                 : suggest(name, sections, LENGTH(sections));

    if (meant != NULL)
        diag_add(d, src->name, line, 1, "no such section; did you mean [%.*s%s]?", dialogue ? 7 : 0,
                 name, meant);
    else
        diag_add(d, src->name, line, 1,
                 "no such section; expected [iut], [shm], [record], [server], [client], or "
                 "[server.X] and "
                 "[client.X] with X one of create update delete table lookup arp-add arp-delete "
                 "arp arp-lookup "
                 "flush digest load save clients status messages line quit recover");
    return meant != NULL;
}

/* A line "[NAME]": the keys below it go there. */
static void read_section(struct manifest *m, struct section *s, const struct value *v, char *first)
{
    size_t len = strlen(first);
    bool closed = first[len - 1] == ']' && v->n == 0;
    const char *name = first + 1;
    int line = v->line, stands;

    first[len - 1] = '\0';
    if (!closed || !open_section(m, name, s)) {
        s->unknown = true;
        s->misspelt |= complain_section(name, v->source, line, v->diag);
        return;
    }
    stands = once_take(&s->sections, name, line);
    if (stands != 0) {
        diag_add(v->diag, v->source->name, line, 1,
                 "[%s] stands at line %d already; was another section meant?", name, stands);
        s->unknown = s->misspelt = true;
        s->spoilt = NULL;
        return;
    }
    if (s->dialogue != NULL)
        s->dialogue->line = line;
    if (s->objects != NULL)
        s->objects->line = line;
    if (s->record != NULL)
        s->record->line = line;
    if (s->program != NULL)
        s->program->line = line;
}

/* A line "KEY = VALUE" of a section. */
static void read_key(struct manifest *m, struct section *s, const struct token *key,
                     const struct value *v)
{
    bool again = strcmp(key->text, "send") == 0 || strcmp(key->text, "expect") == 0;
    int stands = again ? 0 : once_take(&s->keys, key->text, v->line);

    if (stands != 0)
        diag_add(v->diag, v->source->name, v->line, key->column,
                 "%s stands at line %d already; a section has each key once, but send and expect",
                 key->text, stands);
    else if (s->iut)
        set_iut(m, key->text, v);
    else if (s->objects != NULL)
        objects_set(s->objects, key->text, v);
    else if (s->record != NULL)
        record_set(s->record, key->text, v);
    else if (s->program != NULL)
        set_program(s->program, key->text, v);
    else if (s->dialogue != NULL)
        dialogue_set(s->dialogue, key->text, v);
    else
        diag_add(v->diag, v->source->name, v->line, 1,
                 "a key before the first section; expected [iut]");
}

static void read_line(struct manifest *m, struct section *s, const struct source *src, int number,
                      struct diag *d)
{
    struct tokens t;
    int before = d->count;

    if (scan_line(src, number, &t, d) < 0 || t.n == 0)
        return;
    struct value heading = {src, number, t.at + 1, t.n - 1, d};
    struct value v = {src, number, t.at + 2, t.n < 2 ? 0 : t.n - 2, d};
    if (t.at[0].text[0] == '[')
        read_section(m, s, &heading, t.at[0].text);
    else if (s->unknown)
        ; /* told with its section */
    else if (t.n < 2 || strcmp(t.at[1].text, "=") != 0)
        diag_add(d, src->name, number, t.at[0].column,
                 "expected KEY = VALUE, with blanks around the =");
    else
        read_key(m, s, &t.at[0], &v);
    if (d->count > before && s->spoilt != NULL)
        *s->spoilt = true;
    tokens_finish(&t);
}

static void check(struct manifest *m, struct diag *d)
{
    if (m->name == NULL && !m->spoilt)
        diag_add(d, m->file, 1, 1, "[iut] has no name");
    if (m->features == NULL && !m->spoilt)
        diag_add(d, m->file, 1, 1,
                 "[iut] has no features; an IUT that claims nothing can't be judged");
    if (m->server.command == NULL && m->client.command == NULL && !m->server.spoilt &&
        !m->client.spoilt)
        diag_add(d, m->file, 1, 1, "neither [server] nor [client] has a command");
    objects_check(&m->objects, m->own_wire, m->file, d);
    manifest_check(m, &m->server, "server", d);
    manifest_check(m, &m->client, "client", d);
    record_check(&m->record, m->file, d);
    if (m->record.line != 0 && !m->own_wire)
        diag_add(d, m->file, m->record.line, 1,
                 "[record] is an own wire: [iut] has to say wire = own");
}

void manifest_set_root(struct manifest *m, const char *root, struct diag *d)
{
    char resolved[PATH_MAX] = "";

    if (realpath(root, resolved) == NULL)
        diag_add(d, m->file, 1, 1, "root %s: %s", root, strerror(errno));
    free(m->root);
    m->root = x_strdup(resolved);
}

/* Makes root absolute: it is written relative to the manifest. */
static void find_root(struct manifest *m, const char *path, struct diag *d)
{
    char *copy = x_strdup(path), *slash = strrchr(copy, '/'), *joined;

    if (slash != NULL)
        *slash = '\0';
    const char *root = m->root ? m->root : ".";
    joined = root[0] == '/' ? x_strdup(root) : x_printf("%s/%s", slash ? copy : ".", root);
    manifest_set_root(m, joined, d);
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
    m->server.quiet_ms = m->client.quiet_ms = QUIET_MS;
    m->server.home = m->client.home = m;
    if (source_read(&source, path, path, d) == 0) {
        for (int i = 1; i <= source.count; i++)
            read_line(m, &section, &source, i, d);
        once_finish(&section.keys);
        once_finish(&section.sections);
        if (!section.misspelt)
            check(m, d);
        find_root(m, path, d);
    }
    source_finish(&source);
    if (d->count == before)
        return m;
    manifest_destroy(m);
    return NULL;
}

static void finish_program(struct program *p)
{
    value_free_words(p->command);
    value_free_words(p->wrapper);
    value_free_words(p->queue);
    value_free_words(p->select);
    free(p->message);
    value_free_words(p->network);
    value_free_words(p->public);
    pattern_destroy(p->listening);
    pattern_destroy(p->ready);
    pattern_destroy(p->notice);
    pattern_destroy(p->prompt);
    free(p->socket);
    for (int i = 0; i < ASK_COUNT; i++)
        dialogue_finish(&p->ask[i]);
}

void manifest_destroy(struct manifest *m)
{
    if (m == NULL)
        return;
    finish_program(&m->server);
    finish_program(&m->client);
    objects_finish(&m->objects);
    value_free_words(m->features);
    free(m->file);
    free(m->name);
    free(m->dialect);
    record_finish(&m->record);
    free(m->root);
    if (m->copy != NULL)
        tree_remove(m->copy);
    free(m->copy);
    buf_finish(&m->build_said);
    free(m->build);
    free(m);
}

static bool is_listed(const struct manifest *m, const char *feature)
{
    for (size_t i = 0; m->features[i] != NULL; i++)
        if (strcmp(m->features[i], feature) == 0)
            return true;
    return false;
}

bool manifest_claims(const struct manifest *m, const char *feature)
{
    for (size_t i = 0; !m->own_wire && i < LENGTH(own_features); i++)
        if (strcmp(own_features[i], feature) == 0)
            return true;
    return is_listed(m, feature);
}

const char *manifest_place(const struct manifest *m)
{
    return m->server.socket != NULL && *m->server.socket == '/' ? m->server.socket : NULL;
}

bool program_is_told_socket(const struct program *p)
{
    for (char **word = p->command; word != NULL && *word != NULL; word++)
        if (strstr(*word, "{socket}") != NULL)
            return true;
    return false;
}

const char *manifest_other_root(const struct manifest *m)
{
    const char *root = m->client.home->root;

    return strcmp(root, m->root) == 0 ? NULL : root;
}

static bool home_is_tidy(const struct manifest *m)
{
    return m->course ? is_listed(m, "tidy") : manifest_claims(m, "tidy");
}

bool manifest_is_tidy(const struct manifest *m)
{
    return home_is_tidy(m->server.home) && home_is_tidy(m->client.home);
}
