/* SPDX-License-Identifier: MIT
 *
 * The loop with both of its back-ends: whether others have input while one source is served.
 */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "os/loop.h"

static void never(void *arg, unsigned events)
{
    (void)arg;
    (void)events;
}

/* A pipe whose reading end is a source of the loop; gives the writing end. */
static int open_pipe(struct loop *loop, struct loop_source *source)
{
    int fds[2];

    CHECK(pipe(fds) == 0);
    *source = (struct loop_source){.fd = fds[0], .ready = never};
    CHECK(loop_add(loop, source, LOOP_READ) == 0);
    return fds[1];
}

static void close_pipe(struct loop *loop, struct loop_source *source, int in)
{
    loop_remove(loop, source);
    close(source->fd);
    close(in);
}

static void test_others(enum loop_kind kind)
{
    struct loop *loop = loop_create(kind);
    struct loop_source served, other, out = {.ready = never};
    int in = open_pipe(loop, &served), in_other = open_pipe(loop, &other);

    out.fd = in;
    CHECK(loop_add(loop, &out, LOOP_WRITE) == 0);
    CHECK(!loop_others(loop, &served));
    CHECK(write(in, "x", 1) == 1 && !loop_others(loop, &served));
    CHECK(write(in_other, "x", 1) == 1 && loop_others(loop, &served));
    loop_want(loop, &other, 0);
    CHECK(!loop_others(loop, &served)); /* nobody waits for its input */
    loop_remove(loop, &out);
    close_pipe(loop, &served, in);
    close_pipe(loop, &other, in_other);
    loop_destroy(loop);
}

TEST(others_have_input_with_epoll)
{
    test_others(LOOP_EPOLL);
}

TEST(others_have_input_with_select)
{
    test_others(LOOP_SELECT);
}
