/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include "command_list.h"
#include "compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *apply(struct oracle *copy, enum wire_op op, const struct route *r)
{
    bool there = oracle_find(copy, r->destination, r->mask) != NULL;

    if (op == OP_DELETE)
        return oracle_delete_route(copy, r);
    if (op == OP_CREATE || (op == OP_NONE && !there))
        return oracle_create_route(copy, r);
    return oracle_update_route(copy, r);
}

/* Of the requirement, or BROKEN without one. */
static int fail_record(struct world *w, struct probe *p, const char *id, const char *why)
{
    struct buf *detail = &w->outcome.detail;

    if (id != NULL)
        world_fail_for(w, id, "%s got a message %s", p->name, why);
    else
        world_fail(w, VERDICT_BROKEN, "%s got a message %s", p->name, why);
    buf_adds(detail, "bytes");
    for (unsigned i = 0; i < p->record->size; i++)
        buf_printf(detail, "%s%02x", i % 4 == 0 ? " " : "", (uint8_t)p->in.data[i]);
    buf_adds(detail, "\n");
    return -1;
}

/* What is no change. */
static int take_mark(struct world *w, struct probe *p, enum record_kind kind, const char *code)
{
    static const char *const names[] = {
        [RECORD_END] = "end", [RECORD_FLUSH] = "flush", [RECORD_IGNORED] = "what is to be ignored"};

    world_tell(w, "%s < %s (op %s)", p->name, names[kind], code);
    if (kind == RECORD_FLUSH)
        oracle_clear(p->replica.visible);
    return 0;
}

static int take_change(struct world *w, struct probe *p)
{
    static const char *const names[] = {"create or update", "create", "update", "delete"};
    enum wire_op op;
    struct route r;
    char *why = record_get(p->record, p->in.data, &op, &r), line[72];
    int result = 0;

    if (why != NULL) {
        char *text = x_printf("that cannot be read as [record] has it: %s", why);
        result = fail_record(w, p, NULL, text);
        free(text);
        free(why);
        return result;
    }
    route_format(&r, line);
    world_tell(w, "%s < %s %.*s", p->name, names[op],
               op == OP_DELETE ? (int)strcspn(line, " ") : (int)strlen(line), line);
    const char *wrong = apply(p->replica.visible, op, &r);
    if (wrong != NULL) {
        why = x_printf(
            "that cannot be: %s of %.*s, which %s", names[op], (int)strcspn(line, " "), line,
            strcmp(wrong, "exists") == 0 ? "was told already" : "was never told, or was deleted");
        result = fail_record(w, p, "SYN-11", why); /* whichever step hears of it */
        free(why);
    }
    return result;
}

/* Takes the message at the front of what has come. */
static int take_record(struct world *w, struct probe *p)
{
    char code[RECORD_CODE];
    enum record_kind kind = record_kind(p->record, p->in.data, code);
    int result;

    if (kind == RECORD_UNKNOWN) {
        char *why = x_printf("with the op %s, which [record] does not name; if it is no change, "
                             "end, flush or ignore may say so",
                             code);
        result = fail_record(w, p, NULL, why);
        free(why);
    } else if (kind == RECORD_CHANGE) {
        result = take_change(w, p);
    } else {
        result = take_mark(w, p, kind, code);
    }
    buf_consume(&p->in, p->record->size);
    return result;
}

/* 1: there is a message, 0: the connection is closed, -1 after world_fail(). */
static int await_record(struct world *w, struct probe *p)
{
    size_t size = p->record->size;

    p->wants = true;
    while (p->in.len < size && !p->ended && p->fd >= 0 && world_wait(w))
        continue;
    p->wants = false;
    if (p->in.len >= size)
        return 1;
    if (p->ended || p->fd < 0)
        return 0;
    if (p->in.len > 0)
        return world_timeout_broken(
            w, false, "%s got %zu bytes of a message, and [record] has a size of %zu: no more came",
            p->name, p->in.len, size);
    return world_timeout(w, "%s waited for another message", p->name);
}

int tell_follow(struct world *w, struct probe *p, const struct oracle *table)
{
    struct buf rows = {0};
    int got = 1;

    while (got > 0 &&
           (p->in.len >= p->record->size || oracle_diff(table, p->replica.visible, 0, &rows) > 0)) {
        got = await_record(w, p);
        if (got > 0 && take_record(w, p) < 0)
            got = -1;
    }
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the server closed the connection of %s%s", p->name,
                   p->in.len > 0 ? ", in the middle of a message" : "");
    buf_finish(&rows);
    if (got > 0)
        return 0;
    oracle_diff(table, p->replica.visible, 10, &rows);
    buf_printf(&w->outcome.detail, "rows of the oracle with -, of %s with +:\n%s", p->name,
               rows.data ? rows.data : "");
    buf_finish(&rows);
    return -1;
}

static int send_record(struct world *w, struct probe *p, enum wire_op op, const struct route *r)
{
    char bytes[RECORD_SIZE_MOST];
    const char *wrong = record_put(p->record, op, r, bytes);

    if (wrong != NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "the [record] of the manifest has no room for %s",
                          wrong);
    return probe_send(w, p, bytes, p->record->size, 0);
}

static int serve_records(struct world *w, struct probe *p, const struct oracle *table)
{
    char bytes[RECORD_SIZE_MOST];
    const struct route *r;

    for (size_t at = 0; (r = oracle_next(table, &at)) != NULL;)
        if (send_record(w, p, OP_CREATE, r) < 0)
            return -1;
    if (!record_put_mark(p->record, RECORD_END, bytes))
        return 0;
    return probe_send(w, p, bytes, p->record->size, 0);
}

/* HELLO, then WELCOME and the snapshot, whose seq is the number of its routes. */
static int serve_frames(struct world *w, const struct step *s, struct probe *p,
                        const struct oracle *table)
{
    struct buf bytes = {0};
    struct frame f;
    char seq[24];
    int result = probe_next(w, p, &f);

    if (result == 0 || (result > 0 && wire_type_of(&f) != FRAME_HELLO))
        return world_fail_for(w, "SES-1", "%s got no HELLO", p->name);
    if (result < 0)
        return -1;
    p->told = oracle_count(table);
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)p->told);
    wire_start(&f, FRAME_WELCOME);
    wire_set(&f, "version", "1");
    wire_set(&f, "epoch", "1.0");
    buf_add(&bytes, f.bytes, f.len);
    result = compose_snapshot(w, s, s->words.n, p, seq, table, &bytes);
    if (result == 0)
        result = probe_send(w, p, bytes.data, bytes.len, 0);
    buf_finish(&bytes);
    return result;
}

int run_serves(struct world *w, const struct step *s)
{
    struct probe *p = world_probe(w, step_word(s, 0));
    struct oracle *table = oracle_create();
    int result = table_read(w, step_word(s, 2), table);

    world_tell(w, "%s %s a table of %zu routes", p->name, p->corked ? "keeps" : ">",
               oracle_count(table));
    if (result == 0)
        result = p->record != NULL ? serve_records(w, p, table) : serve_frames(w, s, p, table);
    oracle_destroy(table);
    return result;
}

static const char *parse_change(const struct step *s, enum wire_op *op, struct route *r)
{
    *op = step_word(s, 2)[0] == 'c' ? OP_CREATE : step_word(s, 2)[0] == 'u' ? OP_UPDATE : OP_DELETE;
    if (*op == OP_DELETE)
        return route_parse_prefix(step_word(s, 3), r);
    return route_parse(step_word(s, 3), step_word(s, 4), step_word(s, 5), r);
}

int run_announces(struct world *w, const struct step *s)
{
    struct probe *p = world_probe(w, step_word(s, 0));
    struct route r = {0};
    enum wire_op op;
    struct frame f;
    char seq[24];

    if (parse_change(s, &op, &r) != NULL)
        return world_fail(w, VERDICT_BROKEN, "chapter 1 knows no such route");
    if (p->record != NULL) {
        world_tell(w, "%s %s %s %s", p->name, p->corked ? "keeps" : ">", step_word(s, 2),
                   step_word(s, 3));
        return send_record(w, p, op, &r);
    }
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)++p->told);
    wire_start_route(&f, op, &r);
    if (op == OP_DELETE)
        wire_set(&f, "gateway_ip", "");
    wire_set(&f, "epoch", "1.0");
    wire_set(&f, "seq", seq);
    return probe_send_frame(w, p, &f, 0);
}
