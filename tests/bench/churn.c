/* SPDX-License-Identifier: MIT */
#include "churn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum { HELD = 256, TICK_NS = 100000, PATIENCE_MS = 10000 };

struct churn_state {
    _Atomic bool run;
    _Atomic uint64_t updates;
};

/* What was deleted comes back behind HELD others, so that it often finds another slot. */
struct held {
    uint32_t keys[HELD];
    uint64_t next, random;
};

static uint32_t take_any(struct stock *stock, struct held *held, uint32_t steady)
{
    return stock_take(stock, steady + stock_random(&held->random, stock->count - steady));
}

/* Two updates. */
static void exchange(struct stock *stock, struct held *held, uint32_t steady)
{
    uint32_t *key = &held->keys[held->next++ % HELD], oldest = *key;

    *key = take_any(stock, held, steady);
    stock_add(stock, oldest);
}

/* Whoever was kept from the processor for a while catches up: the rate is that of the whole. */
static void write_until_told(struct churn_state *state, struct stock *stock, struct held *held,
                             uint32_t steady, uint32_t rate)
{
    const struct timespec tick = {.tv_nsec = TICK_NS};
    double start = bench_now();
    uint64_t done = 0;

    while (atomic_load(&state->run)) {
        uint64_t due = (uint64_t)((bench_now() - start) * rate);

        for (; done < due; done += 2) {
            exchange(stock, held, steady);
            atomic_fetch_add_explicit(&state->updates, 2, memory_order_relaxed);
        }
        nanosleep(&tick, NULL); /* a rate is made of time: there is no event to wait for */
    }
}

static void run(const struct churn *churn, const int pipes[2], struct stock *stock, uint32_t steady,
                uint32_t rate)
{
    static struct held held = {.random = 1};
    char byte;

    bench_pin_sender();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < HELD; i++)
        held.keys[i] = take_any(stock, &held, steady);
    while (read(pipes[0], &byte, 1) == 1) {
        write_until_told(churn->state, stock, &held, steady, rate);
        if (write(pipes[1], &byte, 1) != 1)
            break;
    }
    _exit(0);
}

int churn_start(struct churn *churn, struct stock *stock, uint32_t steady, uint32_t rate)
{
    int control[2], answer[2];

    *churn = (struct churn){0};
    churn->state = mmap(NULL, sizeof(*churn->state), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (churn->state == MAP_FAILED || pipe2(control, O_CLOEXEC) || pipe2(answer, O_CLOEXEC))
        return bench_fail("no pipes for the writer: %s", strerror(errno));
    churn->pid = fork();
    if (churn->pid == 0) {
        close(control[1]);
        run(churn, (const int[2]){control[0], answer[1]}, stock, steady, rate);
    }
    close(control[0]);
    close(answer[1]);
    churn->control = control[1];
    churn->answer = answer[0];
    return churn->pid > 0 ? 0 : bench_fail("fork: %s", strerror(errno));
}

int churn_go(struct churn *churn)
{
    atomic_store(&churn->state->run, true);
    if (write(churn->control, "", 1) != 1)
        return bench_fail("the writer is gone: %s", strerror(errno));
    churn->before = atomic_load(&churn->state->updates);
    churn->started = bench_now();
    return 0;
}

int churn_rest(struct churn *churn, double *rate)
{
    struct pollfd answer = {.fd = churn->answer, .events = POLLIN};
    double seconds = bench_now() - churn->started;
    char byte;

    *rate = (double)(atomic_load(&churn->state->updates) - churn->before) / seconds;
    atomic_store(&churn->state->run, false);
    if (poll(&answer, 1, PATIENCE_MS) != 1 || read(churn->answer, &byte, 1) != 1)
        return bench_fail("the writer does not rest");
    return 0;
}

void churn_stop(struct churn *churn)
{
    if (churn->pid > 0) {
        close(churn->control);
        close(churn->answer);
        kill(churn->pid, SIGKILL);
        waitpid(churn->pid, NULL, 0);
    }
    if (churn->state && churn->state != MAP_FAILED)
        munmap(churn->state, sizeof(*churn->state));
    *churn = (struct churn){0};
}
