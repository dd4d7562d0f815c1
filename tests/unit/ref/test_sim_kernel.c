/* SPDX-License-Identifier: MIT */
/*
 * The simulator's kernel: pids, sockets, handles and objects.
 */
#include "tests/unit/unit.h"

#include "sim/kernel.h"

static struct kernel kernel;

static void start(enum actor actor)
{
    process_start(&kernel, actor);
}

TEST(a_pid_is_small_and_used_again_at_once)
{
    uint32_t birth;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    start(ACTOR_B);
    CHECK_EQ_INT(kernel.processes[ACTOR_B].pid, 3);
    birth = kernel.processes[ACTOR_A].birth;
    process_end(&kernel, ACTOR_A);
    start(ACTOR_STRANGER);
    CHECK_EQ_INT(kernel.processes[ACTOR_STRANGER].pid, 2);
    CHECK(process_numbered(&kernel, 2) == &kernel.processes[ACTOR_STRANGER]);
    CHECK(process_of(&kernel, birth) == NULL); /* the birth names nobody else */
}

TEST(a_stream_keeps_order_and_bound)
{
    uint8_t sent[STREAM_BYTES], got[STREAM_BYTES];
    uint32_t stores = 0;
    int socket;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    socket = socket_connect(&kernel, ACTOR_A, false, 100, 100);
    for (int round = 0; round < 200; round++) {
        struct stream *up = &kernel.sockets[socket].up;

        for (int i = 0; i < 70; i++)
            sent[i] = (uint8_t)(round + i);
        CHECK_EQ_INT(stream_write(up, sent, 70, 0), 70);
        CHECK_EQ_INT(stream_write(up, sent, 70, 0), 30);
        CHECK_EQ_INT(stream_write(up, sent, 70, 0), 0);
        CHECK_EQ_INT(stream_read(up, got, 7, &stores), 7);
        CHECK_EQ_INT(stream_read(up, got + 7, sizeof(got) - 7, &stores), 93);
        CHECK(memcmp(got, sent, 70) == 0 && memcmp(got + 70, sent, 30) == 0);
    }
}

TEST(bytes_come_with_what_their_writer_knew)
{
    uint8_t bytes[10] = {0};
    uint32_t stores = 0;
    struct stream *down;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    down = &kernel.sockets[socket_connect(&kernel, ACTOR_A, false, 100, 100)].down;
    stream_write(down, bytes, 10, 5);
    stream_write(down, bytes, 10, 6);
    stream_read(down, bytes, 9, &stores);
    CHECK_EQ_INT(stores, 0); /* not before the last byte of the write */
    stream_read(down, bytes, 1, &stores);
    CHECK_EQ_INT(stores, 5);
    stream_read(down, bytes, 10, &stores);
    CHECK_EQ_INT(stores, 6);
    for (uint32_t i = 7; i < 7 + 3 * STREAM_NOTES; i++)
        stream_write(down, bytes, 1, i);
    for (uint32_t i = 7; i < 7 + 3 * STREAM_NOTES; i++) {
        stream_read(down, bytes, 1, &stores);
        CHECK(stores <= i); /* never more than was known */
    }
    CHECK_EQ_INT(stores, 6 + 3 * STREAM_NOTES);
}

TEST(what_was_sent_is_read_behind_the_death)
{
    uint8_t bytes[4];
    uint32_t stores = 0;
    struct socket *socket;
    int number;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    number = socket_connect(&kernel, ACTOR_A, false, 100, 100);
    socket = &kernel.sockets[number];
    CHECK_EQ_INT(socket_waiting(&kernel), number);
    socket->accepted = true;
    CHECK_EQ_INT(socket_waiting(&kernel), NONE);
    stream_write(&socket->down, "abc", 3, 0);
    process_end(&kernel, ACTOR_SERVER);
    CHECK(socket->used && socket->down.ended && !socket->server_open);
    CHECK_EQ_INT(stream_read(&socket->down, bytes, 4, &stores), 3);
    socket_close_client(socket);
    CHECK(!socket->used);
}

TEST(the_newest_connection_and_the_one_before)
{
    uint32_t server;
    int first, second;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    server = kernel.processes[ACTOR_SERVER].birth;
    first = socket_connect(&kernel, ACTOR_A, false, 100, 100);
    second = socket_connect(&kernel, ACTOR_A, false, 100, 100);
    kernel.sockets[first].accepted = kernel.sockets[second].accepted = true;
    CHECK_EQ_INT(socket_of(&kernel, ACTOR_A, false, server), second);
    CHECK_EQ_INT(socket_of(&kernel, ACTOR_A, true, server), first);
    CHECK_EQ_INT(socket_of(&kernel, ACTOR_B, false, server), NONE);
    CHECK_EQ_INT(socket_of(&kernel, ACTOR_A, false, server + 1), NONE);
}

TEST(an_object_lives_while_anybody_has_it)
{
    struct object *object;
    uint32_t server;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    server = kernel.processes[ACTOR_SERVER].birth;
    object = object_create(&kernel, server);
    CHECK(object_named(&kernel) == object);
    object->mapped++;
    process_end(&kernel, ACTOR_SERVER);
    CHECK(object_named(&kernel) == object); /* a killed server leaves its name */
    object_unlink(object);
    CHECK(object->used && object_named(&kernel) == NULL);
    object_unmap(object);
    CHECK(!object->used);
}

TEST(handles_go_with_their_holder)
{
    uint32_t server;
    int handle;

    kernel_open(&kernel);
    start(ACTOR_SERVER);
    start(ACTOR_A);
    server = kernel.processes[ACTOR_SERVER].birth;
    handle = handle_open(&kernel, kernel.processes[ACTOR_A].birth, server);
    handle_open(&kernel, kernel.processes[ACTOR_A].birth, server);
    CHECK_EQ_INT(kernel.handles, 2);
    handle_close(&kernel, handle);
    CHECK_EQ_INT(kernel.handles, 1);
    process_end(&kernel, ACTOR_SERVER);
    CHECK_EQ_INT(kernel.handles, 0);
}
