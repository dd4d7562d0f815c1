/* SPDX-License-Identifier: MIT */
#include "pace.h"

#include "util.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ROUNDS = 200,
    WORK = 4096,       /* bytes that each side goes over in a round */
    USUAL_US = 10000,  /* of all rounds: what takes longer is slow */
    MOST_PERCENT = 400 /* or a run of an implementation that does not answer would take hours */
};

static int percent = 100;

/* Some work, whose result decides nothing. */
static unsigned char work(unsigned char seed)
{
    volatile unsigned char bytes[WORK];
    unsigned char sum = seed;

    for (int i = 0; i < WORK; i++)
        bytes[i] = (unsigned char)(sum += (unsigned char)(i * 31));
    return bytes[seed];
}

/* One side: takes a byte, works, passes it on. False at the end of the other one. */
static bool pass(int from, int to, unsigned char *byte)
{
    ssize_t got;

    while ((got = read(from, byte, 1)) < 0 && errno == EINTR)
        continue;
    if (got != 1)
        return false;
    *byte = work(*byte);
    return write(to, byte, 1) == 1;
}

static void play(int from, int to)
{
    unsigned char byte = 0;

    if (write(to, &byte, 1) != 1)
        return;
    for (int i = 0; i < ROUNDS && pass(from, to, &byte); i++)
        continue;
}

void pace_measure(void)
{
    int there[2], back[2];
    unsigned char byte;
    int64_t began = now_us();

    if (pipe(there) < 0 || pipe(back) < 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        close(there[1]);
        while (pass(there[0], back[1], &byte))
            continue;
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    if (pid > 0)
        play(back[0], there[1]);
    close(there[1]);
    close(back[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    int64_t took = (now_us() - began) * 100 / USUAL_US;
    percent = took < 100 ? 100 : took > MOST_PERCENT ? MOST_PERCENT : (int)took;
}

int pace_percent(void)
{
    return percent;
}

int64_t pace_stretch(int64_t ms)
{
    return ms * percent / 100;
}
