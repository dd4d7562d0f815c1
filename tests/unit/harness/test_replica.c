/* SPDX-License-Identifier: MIT */
/*
 * The strict client: a right stream is followed, and each rule that is broken once gives its id.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "replica.h"

/* Applies a frame "TYPE field=value ..."; returns the rule that it breaks, or NULL. A value of
 * digest:LINE;LINE is the digest of those routes, each "PREFIX,GATEWAY,OIF". */
static const char *apply(struct replica *r, const char *text)
{
    char *copy = x_strdup(text), *rest = NULL, *word = strtok_r(copy, " ", &rest), *why = NULL;
    struct frame f;
    const char *id;

    wire_start(&f, wire_type_code(word));
    wire_set(&f, "epoch", "1.0");
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        char *value = strchr(word, '='), number[24];
        *value++ = '\0';
        if (strcmp(word, "digest") == 0 && strncmp(value, "of:", 3) == 0) {
            struct oracle *o = oracle_create();
            char *more = NULL;
            for (char *l = strtok_r(value + 3, ";", &more); l; l = strtok_r(NULL, ";", &more)) {
                char *part = NULL, *prefix = strtok_r(l, ",", &part);
                const char *gateway = strtok_r(NULL, ",", &part);
                struct route route;
                CHECK_EQ_STR(route_parse(prefix, gateway, part, &route), NULL);
                oracle_create_route(o, &route);
            }
            snprintf(number, sizeof number, "%llu", (unsigned long long)oracle_digest(o));
            oracle_destroy(o);
            value = number;
        }
        CHECK_EQ_STR(wire_set(&f, word, value), NULL);
    }
    id = replica_apply(r, &f, &why);
    CHECK((id == NULL) == (why == NULL));
    if (id != NULL)
        CHECK(strchr(id, '-') != NULL && *why != '\0');
    free(why);
    free(copy);
    return id;
}

#define R "destination=10.0.0.0 mask=8 gateway_ip=1.1.1.1 oif=eth0"
#define R2 "destination=10.0.0.0 mask=8 gateway_ip=2.2.2.2 oif=eth1"
#define Q "destination=20.0.0.0 mask=8 gateway_ip=1.1.1.1 oif=eth0"
#define GONE "destination=10.0.0.0 mask=8"
#define DR "digest=of:10.0.0.0/8,1.1.1.1,eth0"
#define DR2 "digest=of:10.0.0.0/8,2.2.2.2,eth1"
#define SYNCED "WELCOME version=1", "SNAPSHOT_BEGIN", "SNAPSHOT_END"

/* Applies frames, the last being NULL; all but the last have to be right. Returns what the last
 * breaks. */
static const char *stream(struct replica *r, const char *const *frames)
{
    const char *id = NULL;

    replica_init(r);
    for (; *frames != NULL; frames++) {
        id = apply(r, *frames);
        if (frames[1] != NULL && !CHECK_EQ_STR(id, NULL))
            printf("# at %s\n", *frames);
    }
    return id;
}

#define CHECK_BREAKS(id, ...)                                                    \
    do {                                                                         \
        struct replica r_;                                                       \
        CHECK_EQ_STR(stream(&r_, (const char *const[]){__VA_ARGS__, NULL}), id); \
        replica_finish(&r_);                                                     \
    } while (0)

TEST(a_right_stream_is_followed)
{
    struct replica r;

    CHECK_EQ_STR(stream(&r, (const char *const[]){"WELCOME version=1", "SNAPSHOT_BEGIN seq=4",
                                                  "ROUTE op=CREATE " R,
                                                  "SNAPSHOT_END seq=4 routes=1 " DR, NULL}),
                 NULL);
    CHECK(r.welcomed && r.synchronised && !r.in_snapshot);
    CHECK_EQ_INT(r.snapshots, 1);
    CHECK_EQ_INT(r.seq, 4);
    CHECK_EQ_INT(oracle_count(r.visible), 1);
    CHECK_EQ_STR(apply(&r, "ROUTE op=UPDATE seq=5 " R2), NULL);
    CHECK_EQ_STR(apply(&r, "DIGEST seq=5 routes=1 " DR2), NULL);
    CHECK_EQ_STR(apply(&r, "ROUTE op=DELETE seq=6 " GONE), NULL);
    CHECK_EQ_INT(oracle_count(r.visible), 0);
    CHECK_EQ_STR(apply(&r, "ROUTE op=CREATE seq=7 " Q), NULL);
    CHECK_EQ_STR(apply(&r, "BYE"), NULL);
    CHECK(r.ended);
    replica_finish(&r);
}

TEST(inside_a_snapshot_changes_are_upserts)
{
    struct replica r;

    CHECK_EQ_STR(
        stream(&r, (const char *const[]){"WELCOME version=1", "SNAPSHOT_BEGIN seq=4",
                                         "ROUTE op=CREATE " R, "ROUTE op=UPDATE seq=5 " R2,
                                         "ROUTE op=DELETE seq=6 destination=9.0.0.0 mask=8",
                                         "ROUTE op=CREATE seq=7 " Q, "ROUTE op=CREATE " Q,
                                         "ROUTE op=DELETE seq=8 destination=20.0.0.0 mask=8",
                                         "SNAPSHOT_END seq=8 routes=1 " DR2, NULL}),
        NULL);
    CHECK_EQ_INT(oracle_count(r.visible), 1);
    replica_finish(&r);
}

TEST(a_half_snapshot_is_not_shown)
{
    struct replica r;

    CHECK_EQ_STR(
        stream(&r, (const char *const[]){SYNCED, "ROUTE op=CREATE seq=1 " R, "SNAPSHOT_BEGIN seq=1",
                                         "ROUTE op=CREATE " Q, NULL}),
        NULL);
    CHECK(oracle_find(r.visible, 10u << 24, 8) != NULL);
    CHECK(oracle_find(r.visible, 20u << 24, 8) == NULL);
    replica_finish(&r);
}

TEST(welcome_comes_first_and_once)
{
    CHECK_BREAKS("SES-2", "SNAPSHOT_BEGIN");
    CHECK_BREAKS("SES-2", "ROUTE op=CREATE " R);
    CHECK_BREAKS("SES-2", "WELCOME version=1", "WELCOME version=1");
    CHECK_BREAKS(NULL, "ERROR code=2");
    CHECK_BREAKS(NULL, "BYE");
}

TEST(the_epoch_is_real_and_never_goes_down)
{
    CHECK_BREAKS("EPO-1", "WELCOME version=1 epoch=0.0");
    CHECK_BREAKS("EPO-1", "WELCOME version=1 epoch=0.7");
    CHECK_BREAKS("EPO-2", "WELCOME version=1 epoch=2.1", "SNAPSHOT_BEGIN epoch=2.0");
    CHECK_BREAKS("EPO-2", "WELCOME version=1 epoch=2.0", "SNAPSHOT_BEGIN epoch=1.9");
    CHECK_BREAKS(NULL, "WELCOME version=1 epoch=2.0", "SNAPSHOT_BEGIN epoch=2.1");
}

TEST(the_table_comes_between_begin_and_end)
{
    CHECK_BREAKS("SYN-1", "WELCOME version=1", "ROUTE op=CREATE seq=1 " R);
    CHECK_BREAKS("SYN-1", "WELCOME version=1", "SNAPSHOT_END");
    CHECK_BREAKS("SYN-1", SYNCED, "SNAPSHOT_END");
    CHECK_BREAKS("SYN-3", SYNCED, "ROUTE op=CREATE " R);
    CHECK_BREAKS("SYN-3", "WELCOME version=1", "SNAPSHOT_BEGIN", "ROUTE op=UPDATE " R);
    CHECK_BREAKS("SYN-3", "WELCOME version=1", "SNAPSHOT_BEGIN", "ROUTE op=DELETE " GONE);
}

TEST(the_end_of_a_snapshot_names_seq_counts_and_digest)
{
    CHECK_BREAKS("SYN-4", "WELCOME version=1", "SNAPSHOT_BEGIN seq=3", "SNAPSHOT_END seq=4");
    CHECK_BREAKS("SYN-4", "WELCOME version=1", "SNAPSHOT_BEGIN", "SNAPSHOT_END routes=1");
    CHECK_BREAKS("SYN-4", "WELCOME version=1", "SNAPSHOT_BEGIN", "SNAPSHOT_END digest=1");
    CHECK_BREAKS("SYN-4", "WELCOME version=1", "SNAPSHOT_BEGIN", "ROUTE op=CREATE " R,
                 "SNAPSHOT_END routes=1 " DR2);
    CHECK_BREAKS("SYN-4", SYNCED, "ROUTE op=CREATE seq=1 " R, "SNAPSHOT_BEGIN");
}

TEST(changes_are_numbered_without_a_gap)
{
    CHECK_BREAKS("SYN-12", SYNCED, "ROUTE op=CREATE seq=2 " R);
    CHECK_BREAKS("SYN-12", SYNCED, "ROUTE op=CREATE seq=1 " R, "ROUTE op=CREATE seq=1 " Q);
    CHECK_BREAKS("SYN-3", "WELCOME version=1", "SNAPSHOT_BEGIN seq=3", "ROUTE op=CREATE seq=3 " R);
    CHECK_BREAKS("SYN-12", "WELCOME version=1", "SNAPSHOT_BEGIN seq=3", "ROUTE op=CREATE seq=2 " R);
}

TEST(changes_fit_the_table)
{
    CHECK_BREAKS("TBL-8", SYNCED, "ROUTE op=CREATE seq=1 " R, "ROUTE op=CREATE seq=2 " R2);
    CHECK_BREAKS("SYN-11", SYNCED, "ROUTE op=CREATE seq=1 " R, "ROUTE op=CREATE seq=2 " R);
    CHECK_BREAKS("TBL-8", SYNCED, "ROUTE op=UPDATE seq=1 " R);
    CHECK_BREAKS("SYN-11", SYNCED, "ROUTE op=DELETE seq=1 " GONE);
}

TEST(a_digest_is_that_of_the_table)
{
    CHECK_BREAKS("SYN-17", SYNCED, "DIGEST digest=1");
    CHECK_BREAKS("SYN-17", SYNCED, "DIGEST routes=1");
    CHECK_BREAKS("SYN-17", SYNCED, "DIGEST seq=1");
    CHECK_BREAKS(NULL, SYNCED, "SNAPSHOT_BEGIN", "DIGEST seq=9 digest=1"); /* SYN-19 */
}

TEST(a_digest_is_due_after_1024_changes)
{
    struct replica r;
    char text[128];

    CHECK_EQ_STR(stream(&r, (const char *const[]){SYNCED, "ROUTE op=CREATE seq=1 " R, NULL}), NULL);
    for (int seq = 2; seq <= 1024; seq++) {
        snprintf(text, sizeof text, "ROUTE op=UPDATE seq=%d %s", seq, seq % 2 ? R : R2);
        if (!CHECK_EQ_STR(apply(&r, text), NULL))
            break;
    }
    CHECK_EQ_STR(apply(&r, "ROUTE op=UPDATE seq=1025 " R), "SYN-17");
    replica_finish(&r);
}

TEST(a_flush_empties_all)
{
    struct replica r;

    CHECK_EQ_STR(
        stream(&r, (const char *const[]){SYNCED, "ROUTE op=CREATE seq=1 " R, "SNAPSHOT_BEGIN seq=1",
                                         "ROUTE op=CREATE " R, "FLUSH epoch=1.1 seq=2", NULL}),
        NULL);
    CHECK_EQ_INT(oracle_count(r.visible), 0);
    CHECK_EQ_INT(oracle_count(r.shadow), 0);
    CHECK(r.synchronised && !r.in_snapshot);
    CHECK_EQ_INT(r.snapshots, 2); /* the second one ended there */
    CHECK_EQ_STR(apply(&r, "ROUTE op=CREATE epoch=1.1 seq=3 " R), NULL);
    CHECK_EQ_STR(apply(&r, "FLUSH epoch=1.2 seq=4"), NULL);
    CHECK_EQ_INT(r.snapshots, 2);
    replica_finish(&r);
}

TEST(a_flush_takes_the_next_epoch)
{
    CHECK_BREAKS("FLU-2", SYNCED, "FLUSH epoch=1.0 seq=1");
    CHECK_BREAKS("FLU-2", SYNCED, "FLUSH epoch=1.2 seq=1");
    CHECK_BREAKS("FLU-2", SYNCED, "FLUSH epoch=2.0 seq=1");
}

TEST(only_a_server_speaks_here)
{
    CHECK_BREAKS("FRM-1", SYNCED, "HELLO");
    CHECK_BREAKS("FRM-1", SYNCED, "PID");
    CHECK_BREAKS("FRM-1", SYNCED, "RESYNC");
}
