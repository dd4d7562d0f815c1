/* SPDX-License-Identifier: MIT */
#include "replica.h"

#include <stdlib.h>
#include <string.h>

void replica_init(struct replica *r)
{
    *r = (struct replica){.visible = oracle_create(), .shadow = oracle_create()};
}

void replica_finish(struct replica *r)
{
    oracle_destroy(r->visible);
    oracle_destroy(r->shadow);
    *r = (struct replica){0};
}

/* The epoch has gone up with this frame. */
static const char *check_rise(const struct replica *r, const struct frame *f, char **why)
{
    uint64_t epoch = wire_number(f, "epoch");
    int type = wire_type_of(f);

    /* a last frame may stand for all that was not sent yet, a FLUSH among it */
    if (type == FRAME_FLUSH || type == FRAME_SNAPSHOT_BEGIN || type == FRAME_ERROR ||
        type == FRAME_BYE)
        return NULL;
    if (r->in_snapshot && wire_number(f, "seq") <= r->seq + 1) { /* no flush in between */
        *why = x_printf("the epoch is %u.%u in a snapshot that began with %u.%u",
                        (unsigned)(epoch >> 32), (unsigned)epoch, (unsigned)(r->epoch >> 32),
                        (unsigned)r->epoch);
        return "FLU-8";
    }
    *why = x_printf("the epoch went up to %u.%u without a FLUSH", (unsigned)(epoch >> 32),
                    (unsigned)epoch);
    return "FLU-3";
}

static const char *check_epoch(struct replica *r, const struct frame *f, char **why)
{
    uint64_t epoch = wire_number(f, "epoch");
    int type = wire_type_of(f);
    const char *id;

    if (epoch >> 32 == 0) {
        *why = x_printf("the epoch has instance 0");
        return "EPO-1";
    }
    if (epoch < r->epoch) {
        *why = x_printf("the epoch went down from %u.%u to %u.%u", (unsigned)(r->epoch >> 32),
                        (unsigned)r->epoch, (unsigned)(epoch >> 32), (unsigned)epoch);
        return "EPO-2";
    }
    if (epoch > r->epoch && r->welcomed && (id = check_rise(r, f, why)) != NULL)
        return id;
    if (type == FRAME_FLUSH && epoch != r->epoch + 1) {
        *why = x_printf("a FLUSH with the epoch %u.%u behind %u.%u", (unsigned)(epoch >> 32),
                        (unsigned)epoch, (unsigned)(r->epoch >> 32), (unsigned)r->epoch);
        return "FLU-2";
    }
    r->epoch = epoch;
    return NULL;
}

/* Which rule is broken by a change that cannot be: one that was made comes as it was, any other is
 * one that a server refuses. */
static const char *impossible(int op, const struct route *route, const struct oracle *table)
{
    return op == OP_DELETE || oracle_has(table, route) ? "SYN-11" : "TBL-8";
}

static const char *change(struct replica *r, const struct frame *f, struct oracle *table,
                          char **why)
{
    struct route route;
    const char *refused = NULL;
    int op = f->bytes[5];

    wire_route(f, &route);
    if (op == OP_CREATE)
        refused = oracle_create_route(table, &route);
    else if (op == OP_UPDATE)
        refused = oracle_update_route(table, &route);
    else
        refused = oracle_delete_route(table, &route);
    if (refused == NULL || r->in_snapshot) {
        if (refused != NULL && op != OP_DELETE) { /* in a snapshot: an upsert */
            oracle_delete_route(table, &route);
            oracle_create_route(table, &route);
        }
        return NULL;
    }
    *why = x_printf("a %s of a prefix that is %s",
                    op == OP_CREATE   ? "CREATE"
                    : op == OP_UPDATE ? "UPDATE"
                                      : "DELETE",
                    op == OP_CREATE ? "in the table already" : "not in the table");
    return impossible(op, &route, table);
}

/* What the address of a MAC is, and whether it should have one. */
static const char *read_neighbour(const struct replica *r, const struct frame *f,
                                  struct neighbour *n, char **why)
{
    bool empty = wire_check(f, "ip", "") == NULL;
    char ip[16];

    wire_text(f, "ip", ip, sizeof ip);
    *n = (struct neighbour){.mac = wire_mac(f), .known = !empty};
    if (!empty && !r->network) {
        *why = x_printf("a MAC tells its address on a Unix socket");
        return "ARP-14";
    }
    if (r->network && f->bytes[5] == OP_CREATE && (empty || !address_parse(ip, &n->ip))) {
        *why = x_printf("a MAC has ip \"%s\" in the network; expected its address", ip);
        return "NET-6";
    }
    return NULL;
}

static const char *change_arp(struct replica *r, const struct frame *f, struct oracle *table,
                              char **why)
{
    struct neighbour n;
    bool create = f->bytes[5] == OP_CREATE;
    const char *id = read_neighbour(r, f, &n, why), *refused;

    if (id != NULL)
        return id;
    refused = create ? arp_add(oracle_arp(table), &n) : arp_remove(oracle_arp(table), n.mac);
    if (refused != NULL && r->in_snapshot && create) { /* an upsert, as of a route */
        arp_remove(oracle_arp(table), n.mac);
        arp_add(oracle_arp(table), &n);
    }
    if (refused == NULL || r->in_snapshot)
        return NULL;
    *why = x_printf("a %s of a MAC that is %s", create ? "CREATE" : "DELETE",
                    create ? "in the table already" : "not in the table");
    return "SYN-11";
}

/* A ROUTE or a MAC. */
static const char *apply_entry(struct replica *r, const struct frame *f, char **why)
{
    uint64_t seq = wire_number(f, "seq");
    bool mac = wire_type_of(f) == FRAME_MAC;
    const char *unnumbered = mac ? "ARP-13" : "SYN-3";

    if (seq == 0 && (!r->in_snapshot || f->bytes[5] != OP_CREATE)) {
        *why = x_printf("a %s with seq 0 that is no CREATE inside a snapshot",
                        wire_type_name(wire_type_of(f)));
        return unnumbered;
    }
    if (!r->in_snapshot && !r->synchronised) {
        *why = x_printf("a %s before the first SNAPSHOT_BEGIN", wire_type_name(wire_type_of(f)));
        return "SYN-1";
    }
    if (seq != 0 && seq != r->seq + 1) {
        *why =
            x_printf("seq %llu follows %llu", (unsigned long long)seq, (unsigned long long)r->seq);
        return r->in_snapshot && seq == r->seq ? unnumbered : "SYN-12"; /* a row, not a change */
    }
    if (seq != 0) {
        r->seq = seq;
        r->since_digest++;
    }
    if (r->since_digest > WIRE_DIGEST_EVERY) {
        *why = x_printf("%llu changes without a DIGEST", (unsigned long long)r->since_digest);
        return "SYN-17";
    }
    struct oracle *table = r->in_snapshot ? r->shadow : r->visible;
    return mac ? change_arp(r, f, table, why) : change(r, f, table, why);
}

/* The counts and the digest of SNAPSHOT_END and DIGEST against the table. */
static const char *check_digest(const struct replica *r, const struct frame *f,
                                const struct oracle *t, const char *id, char **why)
{
    uint64_t seq = wire_number(f, "seq"), routes = wire_number(f, "routes"),
             macs = wire_number(f, "macs"), digest = wire_number(f, "digest");

    if (seq != r->seq)
        *why = x_printf("it names seq %llu; the last change was %llu", (unsigned long long)seq,
                        (unsigned long long)r->seq);
    else if (routes != oracle_count(t) || macs != arp_count(oracle_arp(t)) ||
             digest != oracle_digest(t))
        *why = x_printf(
            "it says %llu routes and %llu MACs with digest %016llx; what was sent makes "
            "%zu and %zu with %016llx",
            (unsigned long long)routes, (unsigned long long)macs, (unsigned long long)digest,
            oracle_count(t), arp_count(oracle_arp(t)), (unsigned long long)oracle_digest(t));
    else
        return NULL;
    return id;
}

/* Who is to blame for a SNAPSHOT_END that does not fit: if it tells what the server's table is,
 * what is missing in front of it. */
static const char *blame_end(const struct replica *r, const struct frame *f)
{
    if (r->truth == NULL || wire_number(f, "digest") != oracle_digest(r->truth) ||
        oracle_digest(r->shadow) == oracle_digest(r->truth))
        return "SYN-4";
    if (wire_number(f, "seq") > r->seq)
        return "SYN-3"; /* a change */
    return arp_count(oracle_arp(r->shadow)) < wire_number(f, "macs") ? "ARP-13" : "SYN-4";
}

static const char *end_snapshot(struct replica *r, const struct frame *f, char **why)
{
    const char *id;
    struct oracle *old = r->visible;

    if (!r->in_snapshot) {
        *why = x_printf("a SNAPSHOT_END %s", r->cancelled ? "of a snapshot that a FLUSH ended"
                                                          : "without a SNAPSHOT_BEGIN");
        return r->cancelled ? "FLU-6" : "SYN-1";
    }
    id = check_digest(r, f, r->shadow, blame_end(r, f), why);
    r->visible = r->shadow;
    r->shadow = old;
    r->in_snapshot = false;
    r->synchronised = true;
    r->snapshots++;
    return id;
}

static const char *begin_snapshot(struct replica *r, const struct frame *f, char **why)
{
    uint64_t seq = wire_number(f, "seq");

    if (seq < r->seq) {
        *why = x_printf("SNAPSHOT_BEGIN names seq %llu; %llu was sent already",
                        (unsigned long long)seq, (unsigned long long)r->seq);
        return "SYN-4";
    }
    r->seq = seq;
    r->since_digest = 0;
    r->in_snapshot = true;
    r->cancelled = false;
    oracle_clear(r->shadow);
    return NULL;
}

static const char *flush(struct replica *r, const struct frame *f, char **why)
{
    uint64_t seq = wire_number(f, "seq");

    if ((r->in_snapshot || r->synchronised) && seq != r->seq + 1) {
        *why = x_printf("FLUSH has seq %llu, which follows %llu", (unsigned long long)seq,
                        (unsigned long long)r->seq);
        return "FLU-2";
    }
    oracle_clear(r->visible);
    oracle_clear(r->shadow);
    if (r->in_snapshot || !r->synchronised)
        r->snapshots++; /* it ends here */
    r->cancelled = r->in_snapshot;
    r->in_snapshot = false;
    r->synchronised = true;
    r->seq = seq;
    r->flushes++;
    return NULL;
}

static const char *welcome(struct replica *r, const struct frame *f, char **why)
{
    r->welcomed = true;
    if (!r->network || wire_check(f, "shm", "") == NULL)
        return NULL;
    *why = x_printf("WELCOME names an object to who may be on another machine");
    return "NET-7";
}

const char *replica_apply(struct replica *r, const struct frame *f, char **why)
{
    int type = wire_type_of(f);
    const char *id;

    if (type == FRAME_ERROR || type == FRAME_BYE) {
        r->ended = type == FRAME_BYE || wire_number(f, "code") != 5;
        return r->welcomed ? check_epoch(r, f, why) : NULL;
    }
    if (r->welcomed == (type == FRAME_WELCOME)) {
        *why =
            x_printf(r->welcomed ? "a second WELCOME" : "%s before WELCOME", wire_type_name(type));
        return "SES-2";
    }
    id = check_epoch(r, f, why);
    if (id != NULL)
        return id;
    switch (type) {
    case FRAME_WELCOME:
        return welcome(r, f, why);
    case FRAME_SNAPSHOT_BEGIN:
        return begin_snapshot(r, f, why);
    case FRAME_SNAPSHOT_END:
        return end_snapshot(r, f, why);
    case FRAME_ROUTE:
    case FRAME_MAC:
        return apply_entry(r, f, why);
    case FRAME_DIGEST:
        r->since_digest = 0;
        if (r->in_snapshot || !r->synchronised)
            return NULL;
        return check_digest(r, f, r->visible, "SYN-17", why);
    case FRAME_FLUSH:
        return flush(r, f, why);
    default:
        *why = x_printf("a server sent %s", wire_type_name(type));
        return "FRM-1";
    }
}
