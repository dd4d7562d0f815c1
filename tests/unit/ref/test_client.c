/* SPDX-License-Identifier: MIT */
/*
 * The client core frame by frame: gaps, keys, digests, epochs, WELCOME, pauses. Flush has a file of
 * its own.
 */
#include "tests/unit/unit.h"

#include "core/client.h"

static void receive(struct client *client, struct frame frame, int want)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];

    CHECK_EQ_INT(client_receive(client, bytes, frame_encode(&frame, bytes), reason), want);
}

/* Takes the client's output; the type of its last frame, 0 if there is none. */
static int said(struct client *client, uint64_t *seq)
{
    struct frame_gather gather = {.sender = SIDE_CLIENT};
    const uint8_t *bytes = (const uint8_t *)buffer_bytes(&client->output);
    size_t size = buffer_size(&client->output), left = size;
    struct frame frame = {0};
    char reason[REASON_SIZE];

    while (frame_next(&gather, &bytes, &left, &frame, reason) > 0)
        *seq = frame.seq;
    buffer_consume(&client->output, size);
    return size ? (int)frame.type : 0;
}

static void synchronise(struct client *client, uint64_t epoch, uint64_t seq)
{
    uint64_t last;

    client_init(client, 5);
    client_connect(client);
    CHECK_EQ_INT(said(client, &last), FRAME_HELLO);
    receive(client, (struct frame){.type = FRAME_WELCOME, .epoch = epoch, .welcome.version = 1}, 0);
    receive(client, (struct frame){.type = FRAME_SNAPSHOT_BEGIN, .epoch = epoch, .seq = seq}, 0);
    CHECK_EQ_INT(client->state, CLIENT_SNAPSHOT);
    receive(client, (struct frame){.type = FRAME_SNAPSHOT_END, .epoch = epoch, .seq = seq}, 0);
    CHECK_EQ_INT(client->state, CLIENT_SYNCHRONISED);
    CHECK_EQ_INT(said(client, &last), FRAME_PID);
}

static struct frame route_frame(enum frame_op op, uint64_t epoch, uint64_t seq)
{
    return (struct frame){.type = FRAME_ROUTE,
                          .op = op,
                          .epoch = epoch,
                          .seq = seq,
                          .route = {.prefix = {0x0a000000, 8}, .oif = "e"}};
}

TEST(a_gap_or_an_impossible_change_asks_for_a_snapshot)
{
    static const struct {
        enum frame_op op;
        uint64_t seq;
    } cases[] = {{OP_CREATE, 9}, {OP_CREATE, 7}, {OP_UPDATE, 8}, {OP_DELETE, 8}};
    struct client client;
    uint64_t seq = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        synchronise(&client, 1, 7);
        receive(&client, route_frame(cases[i].op, 1, cases[i].seq), 0);
        CHECK_EQ_INT(client.state, CLIENT_RESYNCING);
        CHECK_EQ_INT(said(&client, &seq), FRAME_RESYNC);
        CHECK_EQ_INT(seq, cases[i].seq);
        receive(&client, route_frame(OP_CREATE, 1, 8), 0); /* not before the snapshot */
        CHECK_EQ_INT(table_sum(client.table).routes, 0);
        CHECK_EQ_INT(said(&client, &seq), 0);
        client_finish(&client);
    }
}

static struct frame mac_frame(enum frame_op op, uint64_t epoch, uint64_t seq, uint64_t mac)
{
    return (struct frame){.type = FRAME_MAC, .op = op, .epoch = epoch, .seq = seq, .arp.mac = mac};
}

/* ARP-16: gaps, impossible changes, the shadow and its upserts are as those of routes. */
TEST(keys_are_followed_as_routes_are)
{
    struct frame end = {.type = FRAME_SNAPSHOT_END, .epoch = 1, .seq = 11};
    struct table *expected = table_create();
    struct client client;
    uint64_t seq = 0;

    synchronise(&client, 1, 7);
    receive(&client, mac_frame(OP_CREATE, 1, 8, 3), 0);
    receive(&client, mac_frame(OP_CREATE, 1, 9, 4), 0);
    receive(&client, mac_frame(OP_DELETE, 1, 10, 3), 0);
    CHECK_EQ_INT(table_sum(client.table).macs, 1);
    receive(&client, mac_frame(OP_DELETE, 1, 11, 3), 0); /* SYN-14 */
    CHECK_EQ_INT(said(&client, &seq), FRAME_RESYNC);
    CHECK_EQ_INT(seq, 11);
    receive(&client, (struct frame){.type = FRAME_SNAPSHOT_BEGIN, .epoch = 1, .seq = 10}, 0);
    receive(&client, mac_frame(OP_CREATE, 1, 0, 4), 0);
    receive(&client, mac_frame(OP_CREATE, 1, 0, 4), 0);
    receive(&client, mac_frame(OP_DELETE, 1, 11, 9), 0);
    receive(&client, mac_frame(OP_CREATE, 1, 0, 5), 0);
    CHECK_EQ_INT(table_sum(client.table).macs, 1); /* what is shown stays */
    table_add_mac(expected, &(struct arp_entry){.mac = 4});
    table_add_mac(expected, &(struct arp_entry){.mac = 5});
    end.sum = table_sum(expected);
    receive(&client, end, 0);
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    CHECK_EQ_INT(table_sum(client.table).macs, 2);
    receive(&client, mac_frame(OP_CREATE, 1, 12, 4), 0);
    CHECK_EQ_INT(said(&client, &seq), FRAME_RESYNC);
    CHECK_EQ_INT(seq, 12);
    table_destroy(expected);
    client_finish(&client);
}

TEST(a_wrong_digest_asks_for_a_snapshot_once)
{
    struct frame digest = {.type = FRAME_DIGEST, .epoch = 1, .seq = 7, .sum = {.digest = 1}};
    struct client client;
    uint64_t seq = 0;

    synchronise(&client, 1, 7);
    digest.seq = 6; /* of another moment */
    receive(&client, digest, 0);
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    digest.seq = 7;
    receive(&client, digest, 0);
    receive(&client, digest, 0);
    CHECK_EQ_INT(client.state, CLIENT_RESYNCING);
    CHECK_EQ_INT(buffer_size(&client.output), FRAME_SIZE_RESYNC);
    CHECK_EQ_INT(said(&client, &seq), FRAME_RESYNC);
    client_finish(&client);
}

TEST(epochs_only_go_up_and_a_new_one_empties)
{
    struct client client;

    synchronise(&client, 2, 7);
    receive(&client, route_frame(OP_CREATE, 2, 8), 0);
    receive(&client, route_frame(OP_DELETE, 1, 9), 0); /* EPO-3 */
    CHECK_EQ_INT(table_sum(client.table).routes, 1);
    receive(&client, (struct frame){.type = FRAME_SNAPSHOT_BEGIN, .epoch = 2, .seq = 8}, 0);
    receive(&client, route_frame(OP_CREATE, 2, 0), 0);
    receive(&client, (struct frame){.type = FRAME_FLUSH, .epoch = 3, .seq = 9}, 0); /* EPO-5 */
    CHECK_EQ_INT(table_sum(client.table).routes, 0);
    CHECK(client.shadow == NULL);
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    CHECK_EQ_INT(client.seq, 9);
    receive(&client, route_frame(OP_CREATE, 3, 10), 0);
    CHECK_EQ_INT(table_sum(client.table).routes, 1);
    client_finish(&client);
}

TEST(nothing_comes_before_welcome_and_it_comes_once)
{
    static const struct frame bad[] = {{.type = FRAME_SNAPSHOT_BEGIN},
                                       {.type = FRAME_DIGEST},
                                       {.type = FRAME_WELCOME, .welcome.version = 2}};
    struct client client;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        client_init(&client, 5);
        client_connect(&client);
        receive(&client, bad[i], -1);
        client_finish(&client);
    }
    synchronise(&client, 1, 7);
    receive(&client, (struct frame){.type = FRAME_WELCOME, .epoch = 1, .welcome.version = 1}, -1);
    client_finish(&client);
}

TEST(pauses_grow_to_two_seconds)
{
    struct client client;
    uint32_t last = 0, delay;

    client_init(&client, 5);
    for (int i = 0; i < 20; i++, last = delay) {
        delay = client_disconnect(&client);
        CHECK(delay >= last && delay <= 2000);
    }
    CHECK_EQ_INT(last, 2000);
    client_finish(&client);
}
