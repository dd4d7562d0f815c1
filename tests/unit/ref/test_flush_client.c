/* SPDX-License-Identifier: MIT */
/*
 * Flush in the client core: rules C1 to C10, frame by frame. Epochs are instance 1, flushes 0 to 3.
 */
#include "tests/unit/unit.h"

#include "core/arp_layout.h"
#include "core/client.h"

#define EPOCH(flushes) ((UINT64_C(1) << 32) + (flushes))

static struct frame frame(enum frame_type type, unsigned flushes, uint64_t seq)
{
    return (struct frame){.type = type, .epoch = EPOCH(flushes), .seq = seq};
}

static struct frame route(enum frame_op op, unsigned flushes, uint64_t seq, uint8_t key)
{
    struct frame made = frame(FRAME_ROUTE, flushes, seq);

    made.op = op;
    made.route = (struct route){.prefix = {(uint32_t)key << 24, 8}, .oif = "e"};
    return made;
}

static void receive(struct client *client, struct frame sent)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];

    CHECK_EQ_INT(client_receive(client, bytes, frame_encode(&sent, bytes), reason), 0);
}

/* END with the sums of what the shadow has to be. */
static void end_snapshot(struct client *client, unsigned flushes, uint64_t seq)
{
    struct frame end = frame(FRAME_SNAPSHOT_END, flushes, seq);

    if (client->shadow)
        end.sum = table_sum(client->shadow);
    receive(client, end);
}

static uint32_t routes(const struct client *client)
{
    return table_sum(client->table).routes;
}

/* Whether the client has said a frame of this type since it was last asked. */
static bool said(struct client *client, enum frame_type type)
{
    struct frame_gather gather = {.sender = SIDE_CLIENT};
    const uint8_t *bytes = (const uint8_t *)buffer_bytes(&client->output);
    size_t size = buffer_size(&client->output), left = size;
    struct frame found;
    char reason[REASON_SIZE];
    bool was = false;

    while (frame_next(&gather, &bytes, &left, &found, reason) > 0)
        was |= found.type == type;
    buffer_consume(&client->output, size);
    return was;
}

static void welcome(struct client *client)
{
    struct frame hello = frame(FRAME_WELCOME, 0, 0);

    hello.welcome.version = WIRE_VERSION;
    client_connect(client);
    receive(client, hello);
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

/* The client gets SIGUSR1 while its object has this epoch, 0: while it has none. */
static bool signalled(struct client *client, uint64_t epoch)
{
    static struct arp_header header;
    bool adopted;

    header.epoch = epoch;
    client->shell.take_signal = always;
    client->addresses.header = epoch ? &header : NULL;
    adopted = client_signal(client);
    client->addresses.header = NULL;
    return adopted;
}

/* A client that is synchronised at seq 2 with two routes. */
static void open_synchronised(struct client *client)
{
    client_init(client, 5);
    welcome(client);
    receive(client, frame(FRAME_SNAPSHOT_BEGIN, 0, 2));
    receive(client, route(OP_CREATE, 0, 0, 10));
    receive(client, route(OP_CREATE, 0, 0, 20));
    end_snapshot(client, 0, 2);
    CHECK_EQ_INT(client->state, CLIENT_SYNCHRONISED);
    CHECK(said(client, FRAME_PID));
}

/* The same in the middle of another snapshot of epoch 0. */
static void open_in_snapshot(struct client *client)
{
    open_synchronised(client);
    receive(client, frame(FRAME_SNAPSHOT_BEGIN, 0, 2));
    receive(client, route(OP_CREATE, 0, 0, 10));
    CHECK(client->shadow != NULL);
}

static void check_follows(struct client *client, unsigned flushes, uint64_t seq)
{
    receive(client, frame(FRAME_FLUSH, flushes, seq));
    CHECK_EQ_INT(client->state, CLIENT_SYNCHRONISED);
    CHECK_EQ_INT(routes(client), 0);
    receive(client, route(OP_CREATE, flushes, seq + 1, 30));
    CHECK_EQ_INT(routes(client), 1);
    CHECK_EQ_INT(client->seq, seq + 1);
    CHECK(!said(client, FRAME_RESYNC));
}

TEST(a_signal_adopts_a_newer_epoch_at_once) /* C2, C7, FLU-9 */
{
    struct client client;

    open_synchronised(&client);
    CHECK(signalled(&client, EPOCH(1)));
    CHECK_EQ_INT(routes(&client), 0);
    CHECK_EQ_INT(client.epoch, EPOCH(1));
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    check_follows(&client, 1, 3);
    client_finish(&client);
}

TEST(a_late_or_strange_signal_changes_nothing) /* C2, C7, FLU-10 */
{
    struct client client;

    open_synchronised(&client);
    CHECK(!signalled(&client, EPOCH(0)));
    CHECK_EQ_INT(routes(&client), 2);
    check_follows(&client, 1, 3);
    CHECK(!signalled(&client, EPOCH(1)));
    CHECK(!signalled(&client, EPOCH(0)));
    CHECK(!signalled(&client, 0));
    CHECK_EQ_INT(routes(&client), 1);
    CHECK_EQ_INT(client.epoch, EPOCH(1));
    client_finish(&client);
    open_in_snapshot(&client);
    CHECK(!signalled(&client, EPOCH(0)));
    CHECK(client.shadow != NULL);
    client_finish(&client);
}

TEST(what_the_stream_still_holds_does_not_come_back) /* C1, FLU-11 */
{
    struct client client;

    open_synchronised(&client);
    CHECK(signalled(&client, EPOCH(2)));
    receive(&client, route(OP_CREATE, 0, 3, 40));
    receive(&client, frame(FRAME_FLUSH, 1, 4));
    receive(&client, route(OP_CREATE, 1, 5, 50));
    receive(&client, frame(FRAME_SNAPSHOT_BEGIN, 1, 5));
    receive(&client, route(OP_CREATE, 1, 0, 50));
    end_snapshot(&client, 1, 5);
    receive(&client, frame(FRAME_DIGEST, 1, 5));
    CHECK_EQ_INT(routes(&client), 0);
    CHECK(client.shadow == NULL);
    CHECK_EQ_INT(client.epoch, EPOCH(2));
    check_follows(&client, 2, 6);
    client_finish(&client);
}

TEST(a_snapshot_under_way_is_void_after_a_signal) /* C2, C4, C5, FLU-12 */
{
    struct client client;

    open_in_snapshot(&client);
    CHECK(signalled(&client, EPOCH(1)));
    CHECK(client.shadow == NULL);
    CHECK_EQ_INT(client.state, CLIENT_SNAPSHOT); /* C6: until FLUSH */
    receive(&client, route(OP_CREATE, 0, 0, 20));
    end_snapshot(&client, 0, 2);
    end_snapshot(&client, 1, 2); /* of the new epoch, but with no BEGIN */
    CHECK_EQ_INT(client.state, CLIENT_SNAPSHOT);
    CHECK_EQ_INT(routes(&client), 0);
    check_follows(&client, 1, 3);
    client_finish(&client);
}

TEST(a_wait_for_a_snapshot_ends_with_the_flush) /* C5, FLU-12 */
{
    struct client client;

    open_synchronised(&client);
    receive(&client, route(OP_CREATE, 0, 9, 30));
    CHECK(said(&client, FRAME_RESYNC));
    CHECK(signalled(&client, EPOCH(1)));
    check_follows(&client, 1, 10);
    receive(&client, frame(FRAME_SNAPSHOT_BEGIN, 1, 11)); /* its answer all the same */
    receive(&client, route(OP_CREATE, 1, 0, 30));
    end_snapshot(&client, 1, 11);
    CHECK_EQ_INT(routes(&client), 1);
    client_finish(&client);
}

TEST(a_snapshot_of_a_newer_epoch_empties_first) /* C1, C3, FLU-8 */
{
    struct client client;

    open_in_snapshot(&client);
    receive(&client, frame(FRAME_SNAPSHOT_BEGIN, 1, 3));
    CHECK_EQ_INT(routes(&client), 0);
    CHECK(client.shadow != NULL);
    CHECK_EQ_INT(table_sum(client.shadow).routes, 0);
    receive(&client, route(OP_CREATE, 1, 4, 30));
    CHECK_EQ_INT(routes(&client), 0);
    end_snapshot(&client, 1, 4);
    CHECK_EQ_INT(routes(&client), 1);
    CHECK_EQ_INT(client.seq, 4);
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    client_finish(&client);
}

TEST(a_flush_alone_does_it_without_any_signal) /* C5, C10, FLU-17 */
{
    struct client client;

    open_synchronised(&client);
    check_follows(&client, 1, 3);
    client_finish(&client);
    open_in_snapshot(&client);
    check_follows(&client, 1, 3);
    CHECK(client.shadow == NULL);
    client_finish(&client);
    open_in_snapshot(&client);
    check_follows(&client, 0, 3); /* not older is enough */
    CHECK(client.shadow == NULL);
    client_finish(&client);
}

TEST(several_flushes_in_one_signal_are_the_last_one) /* C7, FLU-13 */
{
    struct client client;

    open_synchronised(&client);
    CHECK(signalled(&client, EPOCH(3)));
    receive(&client, frame(FRAME_FLUSH, 1, 3));
    receive(&client, route(OP_CREATE, 1, 4, 30));
    receive(&client, frame(FRAME_FLUSH, 2, 5));
    CHECK_EQ_INT(routes(&client), 0);
    CHECK_EQ_INT(client.seq, 2);
    check_follows(&client, 3, 6);
    client_finish(&client);
}

TEST(a_signal_inside_a_frame_leaves_the_frame_whole) /* C8, FLU-14 */
{
    struct frame old = route(OP_CREATE, 0, 3, 30);
    struct client client;
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];

    for (size_t cut = 1; cut < FRAME_SIZE_ROUTE; cut++) {
        open_synchronised(&client);
        frame_encode(&old, bytes);
        CHECK_EQ_INT(client_receive(&client, bytes, cut, reason), 0);
        CHECK(signalled(&client, EPOCH(1)));
        CHECK_EQ_INT(client_receive(&client, bytes + cut, FRAME_SIZE_ROUTE - cut, reason), 0);
        CHECK_EQ_INT(routes(&client), 0);
        check_follows(&client, 1, 4);
        client_finish(&client);
    }
}

TEST(nothing_is_synchronised_before_an_end_or_a_flush) /* C6, SES-5, SYN-7 */
{
    struct client client;

    client_init(&client, 5);
    welcome(&client);
    CHECK_EQ_INT(client.state, CLIENT_SNAPSHOT);
    CHECK(signalled(&client, EPOCH(1)));
    CHECK_EQ_INT(client.state, CLIENT_SNAPSHOT);
    receive(&client, frame(FRAME_SNAPSHOT_BEGIN, 0, 0));
    end_snapshot(&client, 0, 0);
    CHECK_EQ_INT(client.state, CLIENT_SNAPSHOT);
    CHECK(!said(&client, FRAME_PID));
    receive(&client, frame(FRAME_FLUSH, 1, 1));
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    CHECK(said(&client, FRAME_PID));
    receive(&client, frame(FRAME_FLUSH, 2, 2));
    CHECK(!said(&client, FRAME_PID)); /* SES-7 */
    client_finish(&client);
}

TEST(a_signal_counts_from_welcome_to_the_end) /* FLU-16, EPO-6 */
{
    struct client client;

    client_init(&client, 5);
    CHECK(!signalled(&client, EPOCH(3)));
    client_connect(&client);
    CHECK(!signalled(&client, EPOCH(3)));
    CHECK_EQ_INT(client.epoch, 0);
    client_finish(&client);
    open_synchronised(&client);
    client_disconnect(&client);
    CHECK(!signalled(&client, EPOCH(3)));
    CHECK_EQ_INT(client.epoch, 0);
    welcome(&client); /* of an epoch that the signal would have hidden */
    receive(&client, frame(FRAME_SNAPSHOT_BEGIN, 0, 1));
    receive(&client, route(OP_CREATE, 0, 0, 30));
    end_snapshot(&client, 0, 1);
    CHECK_EQ_INT(routes(&client), 1);
    CHECK_EQ_INT(client.state, CLIENT_SYNCHRONISED);
    client_finish(&client);
}
