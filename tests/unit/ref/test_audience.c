/* SPDX-License-Identifier: MIT */
/*
 * Local and network subscribers side by side: what differs in their streams, what each client makes
 * of it, and that neither audience costs the other anything.
 */
#include "tests/unit/ref/tap.h"

#include "core/client.h"

enum { SLOTS = 16 };

static _Alignas(64) uint8_t memory[WIRE_SHM_HEADER_SIZE + SLOTS * WIRE_SHM_SLOT_SIZE];
static const struct arp_entry entry = {.mac = 7, .address = 0x0a010101};

/* Tap 0 is local, tap 1 on the network; both have said HELLO and read nothing. */
static void open_both(size_t bound)
{
    memset(memory, 0, sizeof(memory));
    world_open(bound, 0, 0);
    server_share(&world.server, memory, SLOTS, "/unit");
    CHECK_EQ_INT(server_change_arp(&world.server, OP_CREATE, &entry), REFUSED_NOT);
    world_join(1);
    world.taps[1].gather.sender = SIDE_SERVER;
    world.taps[1].peer = server_join(&world.server, &world.taps[1], AUDIENCE_NETWORK, 0);
    say(&world.taps[1], (struct frame){.type = FRAME_HELLO, .hello = {1, 1}});
}

TEST(only_the_network_is_told_addresses)
{
    open_both(1 << 20);
    for (int i = 0; i < 2; i++) {
        struct tap *tap = &world.taps[i];
        const struct frame *mac;

        pull(tap, SIZE_MAX);
        mac = &tap->frames[find(tap, FRAME_SNAPSHOT_BEGIN, 0) + 1];
        CHECK_EQ_STR(tap->frames[0].welcome.shm, i == 0 ? "/unit" : ""); /* NET-7 */
        CHECK_EQ_INT(mac->arp.mac, entry.mac);
        CHECK_EQ_INT(mac->arp.filled, i == 1); /* in a snapshot */
        CHECK_EQ_INT(mac->arp.address, i == 1 ? entry.address : 0);
        tap->count = 0;
    }
    server_change_arp(&world.server, OP_DELETE, &entry);
    server_change_arp(&world.server, OP_CREATE, &entry);
    create(1);
    for (int i = 0; i < 2; i++) {
        struct tap *tap = &world.taps[i];

        pull(tap, SIZE_MAX);
        CHECK_EQ_INT(tap->count, 3);
        CHECK_EQ_INT(tap->frames[0].op, OP_DELETE);
        CHECK(!tap->frames[0].arp.filled); /* FRM-5 */
        CHECK_EQ_INT(tap->frames[1].arp.filled, i == 1);
        CHECK_EQ_INT(tap->frames[1].arp.address, i == 1 ? entry.address : 0);
        CHECK_EQ_INT(tap->frames[2].seq, world.server.origin.seq);
    }
    world_close();
}

/* The number that is sent is that of a process here, but whose it is nobody can tell. */
TEST(a_pid_from_the_network_is_refused_and_the_session_stays)
{
    struct tap *tap = &world.taps[1];

    open_both(1 << 20);
    enter(&world.taps[0]);
    synchronise(tap);
    say(tap, (struct frame){.type = FRAME_PID, .pid = 100});
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->count, 1);
    CHECK_EQ_INT(tap->frames[0].error.code, FAULT_PID);
    flush(1);
    CHECK_EQ_INT(world.taps[0].signals, 1);
    CHECK_EQ_INT(tap->signals, 0);
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->frames[1].type, FRAME_FLUSH);
    world_close();
}

/* ROB-3 for each audience by itself. */
TEST(who_lags_in_one_audience_restarts_alone)
{
    for (int slow = 0; slow < 2; slow++) {
        struct tap *tap = &world.taps[slow], *other = &world.taps[!slow];

        open_both(64 * 1024);
        synchronise(tap);
        synchronise(other);
        for (uint32_t key = 0; world.server.stats.backlogs_dropped == 0 && key < 10000; key++) {
            create(key);
            pull(other, SIZE_MAX);
        }
        CHECK_EQ_INT(world.server.stats.backlogs_dropped, 1);
        CHECK_EQ_INT(find(other, FRAME_SNAPSHOT_BEGIN, 0), other->count);
        CHECK(peer_backlog(tap->peer) < 64 * 1024);
        pull(tap, SIZE_MAX);
        CHECK(find(tap, FRAME_SNAPSHOT_END, 0) < tap->count);
        world_close();
    }
}

TEST(an_audience_without_subscribers_costs_nothing)
{
    open_both(1 << 20);
    leave(&world.taps[1]);
    create(1);
    CHECK(world.server.origin.journals[AUDIENCE_NETWORK].newest == NULL);
    CHECK(world.server.origin.journals[AUDIENCE_LOCAL].newest != NULL);
    leave(&world.taps[0]);
    create(2);
    CHECK(world.server.origin.journals[AUDIENCE_LOCAL].newest == NULL);
    world_close();
}

TEST(the_farewell_reaches_both)
{
    open_both(1 << 20);
    synchronise(&world.taps[0]);
    server_farewell(&world.server);
    for (int i = 0; i < 2; i++) { /* one of them in the middle of its snapshot */
        pull(&world.taps[i], SIZE_MAX);
        CHECK_EQ_INT(world.taps[i].frames[world.taps[i].count - 1].type, FRAME_BYE);
    }
    world_close();
}

static void receive(struct client *client, struct frame frame)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];

    frame.epoch = 1;
    CHECK_EQ_INT(client_receive(client, bytes, frame_encode(&frame, bytes), reason), 0);
}

static struct frame mac_frame(uint64_t seq, uint32_t address)
{
    return (struct frame){
        .type = FRAME_MAC, .op = OP_CREATE, .seq = seq, .arp = {entry.mac, address, address != 0}};
}

static struct arp_entry held(const struct client *client)
{
    struct arp_entry found = {0};

    CHECK(table_find_mac(client->table, entry.mac, &found));
    return found;
}

/* Synchronised, with what a server has to say to anybody. */
static const char *mapped; /* the name of the object that the client asked for */

static void map(void *arg, const char *name, uint32_t instance, struct arp_reader *reader)
{
    (void)arg;
    (void)instance;
    (void)reader;
    mapped = strcmp(name, "/unit") == 0 ? "/unit" : "another";
}

static void follow(struct client *client, uint32_t pid)
{
    struct frame welcome = {.type = FRAME_WELCOME, .welcome = {1, "/unit"}};

    mapped = "";
    client_init(client, pid);
    client->shell.map = map;
    client_connect(client);
    receive(client, welcome);
    receive(client, (struct frame){.type = FRAME_SNAPSHOT_BEGIN});
    receive(client, (struct frame){.type = FRAME_SNAPSHOT_END});
    CHECK_EQ_INT(client->state, CLIENT_SYNCHRONISED);
}

TEST(a_network_client_has_no_pid_and_no_object_and_keeps_addresses)
{
    struct client client;

    follow(&client, 0);
    CHECK_EQ_STR(mapped, "");                                    /* NET-10 */
    CHECK_EQ_INT(buffer_size(&client.output), FRAME_SIZE_HELLO); /* NET-8 */
    receive(&client, mac_frame(1, 5));
    CHECK(held(&client).known);
    CHECK_EQ_INT(held(&client).address, 5);
    receive(&client, (struct frame){.type = FRAME_SNAPSHOT_BEGIN});
    receive(&client, mac_frame(0, 5));
    receive(&client, mac_frame(0, 6)); /* an upsert, as of a route: SYN-5 */
    receive(&client,
            (struct frame){.type = FRAME_SNAPSHOT_END, .seq = 2, .sum = table_sum(client.shadow)});
    CHECK_EQ_INT(client.seq, 2);
    CHECK_EQ_INT(held(&client).address, 6);
    client_finish(&client);
}

TEST(an_address_that_nobody_told_is_not_known)
{
    struct client client;

    follow(&client, 0);
    receive(&client, mac_frame(1, 0));
    CHECK(!held(&client).known);
    client_finish(&client);
    follow(&client, 5); /* a local client believes only the shared memory */
    CHECK_EQ_STR(mapped, "/unit");
    receive(&client, mac_frame(1, 5));
    CHECK(!held(&client).known);
    client_finish(&client);
}
