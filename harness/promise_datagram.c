/* SPDX-License-Identifier: MIT
 *
 * PLT-17 to PLT-20: datagrams, and pairs of sockets.
 */
#include "promise.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS 2000

void promise_datagram_bounds(const struct trial *t)
{
    char bytes[64];
    struct iovec into = {bytes, 4};
    struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1};
    int ends[2];

    CALL(t, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    CALL(t, send(ends[0], "one", 3, 0));
    CALL(t, send(ends[0], "long one", 8, 0));
    CALL(t, send(ends[0], "last", 4, 0));
    KEEP(t, CALL(t, recv(ends[1], bytes, sizeof bytes, 0)) == 3 && memcmp(bytes, "one", 3) == 0,
         "the first datagram did not come by itself");
    KEEP(t, CALL(t, recvmsg(ends[1], &message, 0)) == 4, "a buffer of 4 was not filled");
    KEEP(t, (message.msg_flags & MSG_TRUNC) != 0, "nothing tells that a datagram was cut");
    KEEP(t, CALL(t, recv(ends[1], bytes, sizeof bytes, 0)) == 4 && memcmp(bytes, "last", 4) == 0,
         "behind one that was cut, the next datagram did not come by itself");
}

static void send_numbers(const struct trial *t, void *of)
{
    for (int i = 0; i < DATAGRAMS; i++)
        CALL(t, send(*(int *)of, &i, sizeof i, 0));
}

void promise_datagram_order(const struct trial *t)
{
    int ends[2], got, held = 0;
    ssize_t put;

    CALL(t, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    while ((put = send(ends[0], &held, sizeof held, MSG_DONTWAIT)) > 0 && held < 100000)
        held++;
    KEEP(t, put < 0 && errno == EAGAIN, "a receiver that does not read held up no sender");
    pid_t sender = trial_fork(t, send_numbers, &ends[0]);
    for (int i = 0; i < held + DATAGRAMS; i++) {
        int expected = i < held ? i : i - held;
        CALL(t, recv(ends[1], &got, sizeof got, 0));
        KEEP(t, got == expected, "datagram %d came where %d was next", got, expected);
    }
    trial_join(t, sender);
    trial_note(t, "%d datagrams wait for a receiver", held);
}

void promise_udp_whole(const struct trial *t)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int receiver = CALL(t, socket(AF_INET, SOCK_DGRAM, 0));
    int sender = CALL(t, socket(AF_INET, SOCK_DGRAM, 0));
    socklen_t size = sizeof a;
    char sent[1200], got[1500];
    ssize_t len;

    CALL(t, bind(receiver, (struct sockaddr *)&a, size));
    CALL(t, getsockname(receiver, (struct sockaddr *)&a, &size));
    for (size_t n = 1; n <= sizeof sent; n += 109) {
        memset(sent, (int)n, n);
        CALL(t, sendto(sender, sent, n, 0, (struct sockaddr *)&a, size));
        len = recv(receiver, got, sizeof got, MSG_DONTWAIT);
        if (len < 0) /* lost, as a datagram may be */
            KEEP(t, errno == EAGAIN, "recv() failed: %s", strerror(errno));
        else
            KEEP(t, (size_t)len == n && memcmp(got, sent, n) == 0,
                 "of a datagram of %zu bytes came %zd, or others", n, len);
    }
}

void promise_pair(const struct trial *t)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
    char bytes[4];
    int ends[2];

    for (int i = 0; i < 2; i++) {
        CALL(t, socketpair(AF_UNIX, types[i], 0, ends));
        for (int way = 0; way < 2; way++) {
            CALL(t, send(ends[way], "abcd", 4, 0));
            KEEP(t, CALL(t, recv(ends[!way], bytes, 4, 0)) == 4 && memcmp(bytes, "abcd", 4) == 0,
                 "what one end sent did not come to the other");
        }
    }
    CALL(t, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    close(ends[0]);
    KEEP(t, CALL(t, read(ends[1], bytes, 1)) == 0, "a closed end is no end of file");
}
