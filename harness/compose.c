/* SPDX-License-Identifier: MIT */
#include "compose.h"

#include "command_list.h"
#include "expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Breaks "field=value" in two, live values in place. Both parts are the caller's: free(*field). */
static int split(struct world *w, const char *word, char **field, char **value)
{
    *field = expand_names(w, word);
    if (*field == NULL)
        return -1;
    *value = strchr(*field, '=');
    *(*value)++ = '\0';
    return 0;
}

/* The digest of a table file, as a number in text (the caller's); NULL after world_fail(). */
static char *digest_of(struct world *w, const char *file)
{
    struct oracle *table = oracle_create();
    int result = world_file(w, file) ? table_read(w, file, table)
                                     : world_fail(w, VERDICT_BROKEN, "no file %s", file);
    char *number = x_printf("%llu", (unsigned long long)oracle_digest(table));

    oracle_destroy(table);
    if (result == 0)
        return number;
    free(number);
    return NULL;
}

static const char *set_bytes(struct frame *f, const char *field, const char *hex)
{
    struct buf bytes = {0};
    const char *wrong = "expected pairs of hexadecimal digits behind hex:";

    if (hex_parse(hex, &bytes))
        wrong = wire_set_bytes(f, field, bytes.data, bytes.len);
    buf_finish(&bytes);
    return wrong;
}

static int set_field(struct world *w, struct frame *f, const char *word)
{
    char *field, *value, *number = NULL;
    const char *wrong = NULL;
    int result = 0;

    if (split(w, word, &field, &value) < 0)
        return -1;
    if (strncmp(value, "digest:", 7) == 0) {
        number = digest_of(w, value + 7);
        wrong = number ? wire_set(f, field, number) : NULL;
        result = number ? 0 : -1;
    } else if (strncmp(value, "hex:", 4) == 0) {
        wrong = set_bytes(f, field, value + 4);
    } else {
        wrong = wire_set(f, field, value);
    }
    if (wrong != NULL)
        result = world_fail(w, VERDICT_BROKEN, "%s=%s: %s", field, value, wrong);
    free(number);
    free(field);
    return result;
}

void compose_hello(struct frame *f)
{
    wire_start(f, FRAME_HELLO);
    wire_set(f, "version_min", "1");
    wire_set(f, "version_max", "1");
}

int compose_fields(struct world *w, const struct step *s, size_t at, struct frame *f)
{
    for (size_t i = at; i < s->words.n; i++)
        if (set_field(w, f, step_word(s, i)) < 0)
            return -1;
    return 0;
}

int compose_frame(struct world *w, const struct step *s, size_t at, const struct probe *p,
                  struct frame *f)
{
    int type = wire_type_code(step_word(s, at));

    wire_start(f, type);
    if (type == FRAME_HELLO)
        compose_hello(f);
    if (type == FRAME_WELCOME)
        wire_set(f, "version", "1");
    if (p->serves)
        wire_set(f, "epoch", "1.0");
    return compose_fields(w, s, at + 1, f);
}

int compose_check(struct world *w, const struct step *s, size_t at, const struct frame *f)
{
    for (size_t i = at; i < s->words.n; i++) {
        char *field, *value;
        int result = 0;
        if (split(w, step_word(s, i), &field, &value) < 0)
            return -1;
        const char *wrong = wire_check(f, field, value);
        if (wrong != NULL && *wrong != '\0')
            result = world_fail(w, VERDICT_BROKEN, "%s=%s: %s", field, value, wrong);
        else if (wrong != NULL)
            result = world_fail(w, VERDICT_FAIL, "%s is not %s in the frame", field, value);
        free(field);
        if (result < 0) {
            buf_adds(&w->outcome.detail, "frame ");
            wire_describe(f, &w->outcome.detail);
            buf_adds(&w->outcome.detail, "\n");
            return -1;
        }
    }
    return 0;
}

int compose_greeting(struct world *w, const struct actor *server, struct frame *welcome)
{
    struct probe *p = probe_connect(w, "greeting", server->socket, NULL);
    struct frame hello;
    int got;

    if (p == NULL)
        return -1;
    compose_hello(&hello);
    got = probe_send_frame(w, p, &hello, 0) < 0 ? -1 : probe_next(w, p, welcome);
    probe_close(p);
    if (got != 0)
        return got < 0 ? -1 : 0;
    return world_fail(w, VERDICT_FAIL, "%s closed instead of answering HELLO", server->name);
}

/* Adds a frame of the snapshot that a step sends, with the fields that the step names. */
static int add_frame(struct world *w, const struct step *s, size_t at, struct frame *f,
                     struct buf *out)
{
    wire_set(f, "epoch", "1.0");
    if (compose_fields(w, s, at, f) < 0)
        return -1;
    buf_add(out, f->bytes, f->len);
    return 0;
}

static void set_ip(struct frame *f, uint32_t ip)
{
    char text[16];

    snprintf(text, sizeof text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    wire_set(f, "ip", text);
}

int compose_snapshot(struct world *w, const struct step *s, size_t at, const struct probe *p,
                     const char *seq, const struct oracle *table, struct buf *out)
{
    struct frame f;
    const struct neighbour *n;
    const struct route *r;
    char number[24];

    wire_start(&f, FRAME_SNAPSHOT_BEGIN);
    wire_set(&f, "seq", seq);
    if (add_frame(w, s, at, &f, out) < 0)
        return -1;
    for (size_t i = 0; (r = oracle_next(table, &i)) != NULL;) {
        wire_start_route(&f, OP_CREATE, r);
        if (add_frame(w, s, at, &f, out) < 0)
            return -1;
    }
    for (size_t i = 0; (n = arp_next(oracle_arp(table), &i)) != NULL;) {
        wire_start_mac(&f, OP_CREATE, n->mac);
        if (p->replica.network)
            set_ip(&f, n->ip);
        if (add_frame(w, s, at, &f, out) < 0)
            return -1;
    }
    wire_start(&f, FRAME_SNAPSHOT_END);
    wire_set(&f, "seq", seq);
    snprintf(number, sizeof number, "%zu", oracle_count(table));
    wire_set(&f, "routes", number);
    snprintf(number, sizeof number, "%zu", arp_count(oracle_arp(table)));
    wire_set(&f, "macs", number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)oracle_digest(table));
    wire_set(&f, "digest", number);
    return add_frame(w, s, at, &f, out);
}
