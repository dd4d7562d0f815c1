/* SPDX-License-Identifier: MIT
 *
 * PLT-55 to PLT-58: pipes.
 */
#include "promise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define WRITERS 3
#define EACH 60 /* writes of each */

void promise_pipe_order(const struct trial *t)
{
    int ends[2];

    CALL(t, pipe(ends));
    trial_carry(t, ends[1], ends[0]);
}

struct writer {
    int fd;
    char letter;
};

static void write_blocks(const struct trial *t, void *of)
{
    const struct writer *w = of;
    char block[PIPE_BUF];

    memset(block, w->letter, sizeof block);
    for (int i = 0; i < EACH; i++)
        KEEP(t, CALL(t, write(w->fd, block, sizeof block)) == (int)sizeof block,
             "a write of PIPE_BUF bytes was taken in part");
}

static void read_block(const struct trial *t, int fd)
{
    char block[PIPE_BUF];

    for (size_t at = 0; at < sizeof block;) {
        int got = CALL(t, read(fd, block + at, sizeof block - at));
        KEEP(t, got > 0, "the pipe ended early");
        at += (size_t)got;
    }
    for (size_t i = 1; i < sizeof block; i++)
        KEEP(t, block[i] == block[0], "a write of PIPE_BUF bytes has another one's in it");
}

void promise_pipe_atomic(const struct trial *t)
{
    pid_t pids[WRITERS];
    int ends[2];

    CALL(t, pipe(ends));
    for (int i = 0; i < WRITERS; i++) {
        struct writer w = {ends[1], (char)('a' + i)};
        pids[i] = trial_fork(t, write_blocks, &w);
    }
    for (int i = 0; i < WRITERS * EACH; i++)
        read_block(t, ends[0]);
    for (int i = 0; i < WRITERS; i++)
        trial_join(t, pids[i]);
    trial_note(t, "PIPE_BUF %d bytes, a pipe holds %d", PIPE_BUF,
               CALL(t, fcntl(ends[0], F_GETPIPE_SZ)));
}

static void hold_until_told(const struct trial *t, void *of)
{
    trial_told(t, of);
}

void promise_pipe_end(const struct trial *t)
{
    int ends[2], word[2];
    char byte;

    CALL(t, pipe(ends));
    CALL(t, pipe(word));
    pid_t other = trial_fork(t, hold_until_told, word);
    CALL(t, write(ends[1], "x", 1));
    close(ends[1]);
    KEEP(t, CALL(t, read(ends[0], &byte, 1)) == 1 && byte == 'x', "what was written was lost");
    CALL(t, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    FAILS(t, EAGAIN, read(ends[0], &byte, 1)); /* the child is a writer still */
    trial_tell(t, word);
    trial_join(t, other);
    KEEP(t, CALL(t, read(ends[0], &byte, 1)) == 0, "the last writer closed, and there is more");
}

void promise_pipe_broken(const struct trial *t)
{
    int ends[2];

    CALL(t, pipe(ends));
    close(ends[0]);
    trial_ended_by(t, trial_fork(t, trial_poke, &ends[1]), SIGPIPE);
    trial_catch(t, SIGPIPE, SIG_IGN, 0);
    FAILS(t, EPIPE, write(ends[1], "x", 1));
}
