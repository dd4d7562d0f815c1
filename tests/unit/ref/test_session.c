/* SPDX-License-Identifier: MIT */
/*
 * The server core and client cores, local and network ones, back to back in memory, with streams
 * that cut and delay.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "core/arp_read.h"
#include "core/client.h"
#include "core/server.h"

enum { CLIENTS = 6, LOCALS = 4, ARP_SLOTS = 4096 };

static _Alignas(64) uint8_t memory[WIRE_SHM_HEADER_SIZE + ARP_SLOTS * WIRE_SHM_SLOT_SIZE];

struct pair {
    struct client client;
    struct peer *peer; /* NULL: not connected */
    bool stopped;      /* reads nothing */
    bool signalled;    /* SIGUSR1 is pending */
};

struct world {
    struct server server;
    struct pair pairs[CLIENTS];
    int errors; /* connections closed for a reason */
};

static void pair_connect(struct world *world, struct pair *pair)
{
    bool local = pair->client.pid != 0;

    pair->peer = server_join(&world->server, pair, local ? AUDIENCE_LOCAL : AUDIENCE_NETWORK,
                             pair->client.pid);
    client_connect(&pair->client);
}

static void pair_cut(struct world *world, struct pair *pair)
{
    server_leave(&world->server, pair->peer);
    pair->peer = NULL;
    client_disconnect(&pair->client);
}

static int handle_of_pair(void *arg, struct peer *peer)
{
    return (int)((struct pair *)peer->owner - ((struct world *)arg)->pairs);
}

static int signal_pair(void *arg, int handle, bool asked)
{
    ((struct world *)arg)->pairs[handle].signalled |= !asked;
    return 0;
}

static void close_pair(void *arg, int handle)
{
    (void)arg;
    (void)handle;
}

/* Of the client, whose memory is always mapped. */
static bool take_signal(void *arg)
{
    struct pair *pair = arg;
    bool was = pair->signalled;

    pair->signalled = false;
    return was;
}

static void map(void *arg, const char *name, uint32_t instance, struct arp_reader *reader)
{
    (void)arg;
    (void)instance;
    CHECK_EQ_STR(name, "/unit");
    arp_attach(reader, memory, ARP_SLOTS);
}

static void unmap(void *arg)
{
    (void)arg;
}

static void world_open(struct world *world, size_t bound)
{
    memset(world, 0, sizeof(*world));
    server_init(&world->server, 7, bound);
    memset(memory, 0, sizeof(memory));
    server_share(&world->server, memory, ARP_SLOTS, "/unit");
    world->server.origin.registrar = (struct registrar){
        .arg = world, .handle_of_peer = handle_of_pair, .signal = signal_pair, .close = close_pair};
    for (int i = 0; i < CLIENTS; i++) {
        client_init(&world->pairs[i].client, i < LOCALS ? (uint32_t)(100 + i) : 0);
        world->pairs[i].client.shell =
            (struct client_shell){&world->pairs[i], take_signal, map, unmap};
        pair_connect(world, &world->pairs[i]);
    }
}

static void world_close(struct world *world)
{
    for (int i = 0; i < CLIENTS; i++) {
        if (world->pairs[i].peer)
            pair_cut(world, &world->pairs[i]);
        client_finish(&world->pairs[i].client);
    }
    server_finish(&world->server);
}

/* Moves up to `limit` bytes from the server; the number moved, -1 if the connection was cut. */
static int pull(struct world *world, struct pair *pair, size_t limit)
{
    char reason[REASON_SIZE];
    struct iovec iov[4];
    size_t moved = 0;
    int count = peer_output(pair->peer, &world->server.origin, iov, 4);
    static uint8_t wire[128 * 1024];

    for (int i = 0; i < count && moved < limit; i++) {
        size_t part = iov[i].iov_len < limit - moved ? iov[i].iov_len : limit - moved;

        memcpy(wire + moved, iov[i].iov_base, part);
        moved += part;
    }
    if (moved == 0)
        return 0;
    peer_sent(pair->peer, &world->server.origin, moved);
    server_sent_all(&world->server, pair->peer);
    if (client_receive(&pair->client, wire, moved, reason) == 0)
        return (int)moved;
    printf("# client: %s\n", reason);
    world->errors++;
    pair_cut(world, pair);
    return -1;
}

static int push(struct world *world, struct pair *pair, size_t limit)
{
    struct buffer *output = &pair->client.output;
    size_t size = buffer_size(output) < limit ? buffer_size(output) : limit;
    char reason[REASON_SIZE];

    if (size == 0)
        return 0;
    if (server_receive(&world->server, pair->peer, (const uint8_t *)buffer_bytes(output), size,
                       reason)) {
        printf("# server: %s\n", reason);
        world->errors++;
        pair_cut(world, pair);
        return -1;
    }
    buffer_consume(output, size);
    return (int)size;
}

static void settle(struct world *world)
{
    int moved = 1;

    server_idle(&world->server);
    while (moved) {
        moved = 0;
        for (int i = 0; i < CLIENTS; i++) {
            struct pair *pair = &world->pairs[i];

            while (pair->peer && (push(world, pair, SIZE_MAX) > 0 || pull(world, pair, 65536) > 0))
                moved = 1;
        }
    }
}

static void change_arp(struct world *world)
{
    struct arp_entry entry = {.mac = (uint64_t)(rand() % 3000) * 0x10001,
                              .address = (uint32_t)rand()};

    server_change_arp(&world->server, rand() % 3 ? OP_CREATE : OP_DELETE, &entry);
}

static void change(struct world *world)
{
    struct route route = {.prefix = {(uint32_t)(rand() % 4000) << 12, 20},
                          .gateway = (uint32_t)rand()};

    snprintf(route.oif, sizeof(route.oif), "eth%d", rand() % 40);
    if (rand() % 3)
        server_change(&world->server, (enum frame_op)(1 + rand() % 3), &route);
    else
        change_arp(world);
}

/* A change that is accepted. */
static void grow(struct world *world)
{
    struct route route = {.prefix = {(uint32_t)world->server.origin.seq << 8, 24}, .oif = "e"};

    CHECK_EQ_INT(server_change(&world->server, OP_CREATE, &route), REFUSED_NOT);
}

/* ARP-17, NET-6: every key with the address that the server's table has, on the way that the client
 * has it. */
static void check_addresses(struct world *world, const struct client *client)
{
    struct macs_cursor cursor;
    struct arp_entry entry, own;
    uint32_t address;

    table_seek_mac(&cursor, client->table, 0);
    while (macs_next(&cursor, &entry)) {
        CHECK(table_find_mac(world->server.origin.table, entry.mac, &own));
        CHECK_EQ_INT(entry.known, client->pid == 0);
        if (client->pid)
            CHECK(arp_lookup(&client->addresses, entry.mac, &address) && address == own.address);
        else
            CHECK_EQ_INT(entry.address, own.address);
    }
}

static void check_equal(struct world *world)
{
    struct table_sum own = table_sum(world->server.origin.table);

    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &world->pairs[i].client;
        struct table_sum copy = table_sum(client->table);

        CHECK_EQ_INT(client->state, CLIENT_SYNCHRONISED);
        CHECK_EQ_INT(client->seq, world->server.origin.seq);
        CHECK_EQ_INT(copy.routes, own.routes);
        CHECK_EQ_INT(copy.macs, own.macs);
        CHECK_EQ_INT(copy.digest, own.digest);
        CHECK_EQ_INT(client->addresses.capacity, client->pid ? ARP_SLOTS : 0);
        check_addresses(world, client);
        if (CHECK(world->pairs[i].peer != NULL))
            CHECK_EQ_INT(world->pairs[i].peer->pid, client->pid);
    }
}

static void churn(struct world *world, int steps)
{
    for (int i = 0; i < steps; i++) {
        struct pair *pair = &world->pairs[rand() % CLIENTS];
        int what = rand() % 1000;
        uint32_t signalled;

        for (int k = rand() % 20; k > 0; k--)
            change(world);
        if (rand() % 50 == 0)
            CHECK_EQ_INT(server_flush(&world->server, &signalled), REFUSED_NOT);
        if (rand() % 4 == 0)
            client_signal(&(pair)->client); /* C7: late or at once, several as one */
        if (what < 200)
            server_idle(&world->server);
        if (what < 3 && pair->peer)
            pair_cut(world, pair);
        else if (!pair->peer)
            pair_connect(world, pair);
        else if (what < 10)
            pair->stopped = !pair->stopped;
        else if (!pair->stopped && push(world, pair, (size_t)(1 + rand() % 40)) >= 0 && pair->peer)
            pull(world, pair, (size_t)(1 + rand() % (what < 500 ? 200 : 20000)));
    }
    for (int i = 0; i < CLIENTS; i++)
        if (!world->pairs[i].peer)
            pair_connect(world, &world->pairs[i]);
}

TEST(copies_are_equal_after_any_schedule)
{
    static struct world world;

    for (unsigned seed = 1; seed <= 20; seed++) {
        srand(seed);
        world_open(&world, 64 * 1024);
        churn(&world, 6000);
        settle(&world);
        check_equal(&world);
        CHECK_EQ_INT(world.errors, 0);
        CHECK_EQ_INT(world.pairs[0].client.stats.resyncs, 0);
        world_close(&world);
    }
    CHECK(true);
}

/* ROB-3: one that reads nothing costs the bound, and then gets a new snapshot. */
TEST(a_stopped_client_costs_bounded_memory)
{
    static struct world world;
    struct pair *stopped = &world.pairs[0];

    world_open(&world, 256 * 1024);
    settle(&world);
    stopped->stopped = true;
    for (int i = 0; i < 50000; i++) {
        change(&world);
        for (int k = 1; i % 100 == 0 && k < CLIENTS; k++)
            while (pull(&world, &world.pairs[k], 65536) > 0)
                continue;
        if (peer_backlog(stopped->peer) > 256 * 1024 + 2 * JOURNAL_CHUNK)
            break;
    }
    CHECK(peer_backlog(stopped->peer) <= 256 * 1024 + 2 * JOURNAL_CHUNK);
    CHECK(world.server.stats.backlogs_dropped > 0);
    settle(&world);
    check_equal(&world);
    world_close(&world);
}

/* SES-14: the answer comes between the frames that are on their way, wherever they are cut. */
TEST(a_forged_pid_is_answered_between_whole_frames)
{
    static struct world world;
    struct pair *forger = &world.pairs[0];

    for (size_t cut = 0; cut < 2 * FRAME_SIZE_ROUTE; cut++) {
        world_open(&world, 256 * 1024);
        forger->client.pid = 99;
        while (pull(&world, forger, 65536) > 0 || push(&world, forger, FRAME_SIZE_HELLO) > 0)
            if (forger->client.state == CLIENT_SYNCHRONISED)
                break;
        for (int i = 0; i < 20; i++)
            grow(&world);
        CHECK(cut == 0 || pull(&world, forger, cut) == (int)cut);
        CHECK_EQ_INT(push(&world, forger, SIZE_MAX), FRAME_SIZE_PID);
        settle(&world);
        CHECK_EQ_INT(world.errors, 0);
        CHECK_EQ_INT(forger->client.state, CLIENT_SYNCHRONISED);
        CHECK_EQ_INT(forger->client.seq, world.server.origin.seq);
        CHECK_EQ_INT(forger->client.stats.resyncs, 0);
        CHECK_EQ_INT(forger->peer->pid, 0);
        world_close(&world);
    }
}

/* SES-9: the end of a server reaches one that is as far behind as it may be. */
TEST(the_farewell_reaches_a_laggard_within_a_frame)
{
    static struct world world;
    struct pair *slow = &world.pairs[0];
    int64_t room;

    for (size_t cut = 0; cut < FRAME_SIZE_ROUTE; cut += 8) {
        world_open(&world, 64 * 1024);
        settle(&world);
        grow(&world);
        CHECK(cut == 0 || pull(&world, slow, cut) == (int)cut);
        do { /* up to the last bytes before it would be restarted */
            grow(&world);
            room = (int64_t)world.server.origin.journals[AUDIENCE_LOCAL].bound -
                   (int64_t)world.server.origin.journals[AUDIENCE_LOCAL].behind;
        } while (room > 2 * WIRE_FRAME_MAX);
        CHECK_EQ_INT(world.server.stats.backlogs_dropped, 0);
        world.server.origin.journals[AUDIENCE_LOCAL].bound -= (size_t)(room > 0 ? room : 0);
        server_farewell(&world.server);
        CHECK(peer_backlog(slow->peer) <= 2 * WIRE_FRAME_MAX);
        while (slow->peer && pull(&world, slow, 65536) > 0)
            continue;
        CHECK_EQ_INT(world.errors, 1); /* what it says is that the server said BYE */
        CHECK(slow->peer == NULL);
        world_close(&world);
    }
}

TEST(another_snapshot_has_all_keys_again)
{
    static struct world world;
    struct frame gap = {.type = FRAME_MAC, .op = OP_CREATE, .seq = UINT64_C(1) << 40, .arp.mac = 1};
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];

    srand(1);
    world_open(&world, 1 << 20);
    gap.epoch = world.server.origin.epoch;
    for (int i = 0; i < 2000; i++)
        change_arp(&world);
    settle(&world);
    client_receive(&world.pairs[0].client, bytes, frame_encode(&gap, bytes), reason);
    CHECK_EQ_INT(world.pairs[0].client.state, CLIENT_RESYNCING);
    settle(&world);
    check_equal(&world);
    CHECK_EQ_INT(world.pairs[0].client.stats.resyncs, 1);
    world_close(&world);
}

TEST(an_entry_is_refused_for_a_reason_and_then_nothing_changes)
{
    static struct world world;
    struct arp_entry entry = {.mac = 1, .address = 1};
    struct server *server = &world.server;

    world_open(&world, 1 << 20);
    CHECK_EQ_INT(server_change_arp(server, OP_DELETE, &entry), REFUSED_ABSENT);
    CHECK_EQ_INT(server_change_arp(server, OP_CREATE, &entry), REFUSED_NOT);
    entry.address = 2;
    CHECK_EQ_INT(server_change_arp(server, OP_CREATE, &entry), REFUSED_EXISTS);
    for (uint64_t mac = 2; mac <= ARP_SLOTS / 8 * 7; mac++) {
        entry.mac = mac;
        CHECK_EQ_INT(server_change_arp(server, OP_CREATE, &entry), REFUSED_NOT);
    }
    entry.mac = UINT64_C(1) << 40;
    CHECK_EQ_INT(server_change_arp(server, OP_CREATE, &entry), REFUSED_FULL);
    entry.mac = 1;
    CHECK_EQ_INT(server_change_arp(server, OP_CREATE, &entry), REFUSED_EXISTS);
    CHECK_EQ_INT(server->origin.seq, ARP_SLOTS / 8 * 7);
    CHECK_EQ_INT(server->stats.changes_refused, 4);
    settle(&world);
    check_equal(&world);
    world_close(&world);
}

TEST(without_memory_routes_go_on)
{
    struct arp_entry entry = {.mac = 1, .address = 1};
    struct server server;
    uint32_t signalled;

    server_init(&server, 7, 1 << 20);
    CHECK_EQ_INT(server_change_arp(&server, OP_CREATE, &entry), REFUSED_UNAVAILABLE); /* SHM-14 */
    CHECK_EQ_INT(server_change_arp(&server, OP_DELETE, &entry), REFUSED_ABSENT);
    CHECK_EQ_INT(server_flush(&server, &signalled), REFUSED_NOT);
    CHECK_EQ_INT(server.origin.shm[0], 0);
    server_finish(&server);
}

/* What a server says to a client that sends these frames at once; the last frame's error code. */
static int error_of(const struct frame *frames, int count)
{
    struct server server;
    struct peer *peer;
    uint8_t bytes[8 * WIRE_FRAME_MAX];
    size_t size = 0, left;
    char reason[REASON_SIZE];
    struct frame_gather gather = {.sender = SIDE_SERVER};
    struct frame frame = {0};
    struct iovec iov[4];
    int error = 0, parts;

    server_init(&server, 7, 1 << 20);
    peer = server_join(&server, NULL, AUDIENCE_LOCAL, 4);
    for (int i = 0; i < count; i++) {
        size = frame_encode(&frames[i], bytes);
        server_receive(&server, peer, bytes, size, reason);
        while ((parts = peer_output(peer, &server.origin, iov, 4)) > 0) {
            const uint8_t *p = iov[0].iov_base;

            left = iov[0].iov_len;
            while (frame_next(&gather, &p, &left, &frame, reason) > 0)
                error = frame.type == FRAME_ERROR ? frame.error.code : 0;
            peer_sent(peer, &server.origin, iov[0].iov_len);
        }
    }
    server_leave(&server, peer);
    server_finish(&server);
    return error;
}

static const struct frame hello = {.type = FRAME_HELLO, .hello = {1, 1}};

TEST(a_frame_out_of_place_is_an_error)
{
    static const struct frame pid = {.type = FRAME_PID, .pid = 4}, bye = {.type = FRAME_BYE},
                              again = {.type = FRAME_RESYNC, .seq = 0},
                              nobody = {.type = FRAME_PID, .pid = 0},
                              stranger = {.type = FRAME_PID, .pid = 5};

    CHECK_EQ_INT(error_of(&hello, 1), 0);
    CHECK_EQ_INT(error_of(&pid, 1), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, hello}, 2), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, pid}, 2), 0);
    CHECK_EQ_INT(error_of((struct frame[]){hello, pid, pid}, 3), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, nobody}, 2), FAULT_PID);
    CHECK_EQ_INT(error_of((struct frame[]){hello, stranger}, 2), FAULT_PID);
    CHECK_EQ_INT(error_of((struct frame[]){hello, nobody, nobody}, 3), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, stranger, pid}, 3), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, bye}, 2), 0);
    CHECK_EQ_INT(error_of((struct frame[]){hello, bye, again}, 3), FAULT_UNEXPECTED);
    CHECK_EQ_INT(error_of((struct frame[]){hello, again}, 2), 0);
    CHECK_EQ_INT(error_of((struct frame[]){hello, again, again}, 3), FAULT_DIGEST);
}

TEST(a_range_without_our_version_is_refused)
{
    static const struct frame newer = {.type = FRAME_HELLO, .hello = {2, 9}},
                              wide = {.type = FRAME_HELLO, .hello = {0, 65535}},
                              turned = {.type = FRAME_HELLO, .hello = {9, 0}};

    CHECK_EQ_INT(error_of(&newer, 1), FAULT_VERSION);
    CHECK_EQ_INT(error_of(&turned, 1), FAULT_VERSION);
    CHECK_EQ_INT(error_of(&wide, 1), 0);
}
