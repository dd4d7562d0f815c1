/* SPDX-License-Identifier: MIT */
#include "sim/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 50 };

/* What one worker has done, in memory that outlives it. */
struct seat {
    _Atomic bool busy;
    _Atomic uint64_t seed; /* while it is busy */
    struct tally tally;    /* of the seeds that are done */
};

/* Shared by all. */
struct board {
    _Atomic uint64_t next, end; /* the seeds from `next` to before `end` are to be run */
    struct seat seats[];
};

struct keeper {
    struct sweep *sweep;
    struct board *board;
    int found[2]; /* failures come through this pipe, each in one piece */
    pid_t pids[SWEEP_JOBS_MAX];
    unsigned working;
    int64_t began, shown;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void add(struct tally *tally, const struct outcome *outcome)
{
    tally->seeds++;
    tally->events += outcome->events;
    tally->flushes += outcome->flushes;
    tally->kills += outcome->kills;
    tally->restarts += outcome->restarts;
    tally->hash += outcome->hash;
    for (int i = 0; i < COVERS; i++)
        tally->met[i] += outcome->cover[i];
}

_Static_assert(sizeof(struct failure) <= 4096, "PIPE_BUF: written in one piece");

static void tell(int fd, uint64_t seed, const struct outcome *outcome)
{
    struct failure failure;

    failure_of(&failure, seed, outcome);
    while (write(fd, &failure, sizeof(failure)) < 0 && errno == EINTR)
        continue;
}

static void work(const struct keeper *keeper, struct seat *seat)
{
    struct board *board = keeper->board;
    struct world *world = world_create();
    struct outcome outcome = {0};
    struct plan plan = {0};

    while ((plan.seed = atomic_fetch_add(&board->next, 1)) < atomic_load(&board->end)) {
        atomic_store(&seat->seed, plan.seed);
        atomic_store(&seat->busy, true);
        apart_limit();
        world_run(world, &plan, &outcome);
        if (outcome.class != CLASS_HOLDS)
            tell(keeper->found[1], plan.seed, &outcome);
        add(&seat->tally, &outcome);
        atomic_store(&seat->busy, false);
    }
    outcome_finish(&outcome);
    world_destroy(world);
}

static int start_worker(struct keeper *keeper, unsigned number)
{
    pid_t pid = fork();

    if (pid == 0) {
        apart_follow();
        work(keeper, &keeper->board->seats[number]);
        _exit(0);
    }
    if (pid < 0)
        return -1;
    keeper->pids[number] = pid;
    keeper->working++;
    return 0;
}

/* Files the failure among the lowest seeds. */
static void keep(struct keeper *keeper, const struct failure *failure)
{
    struct sweep *sweep = keeper->sweep;
    unsigned at = sweep->kept;

    sweep->tally.failed[failure->class]++;
    if (sweep->first && failure->seed < atomic_load(&keeper->board->end))
        atomic_store(&keeper->board->end, failure->seed); /* those below it are still run */
    while (at > 0 && sweep->failures[at - 1].seed > failure->seed)
        at--;
    if (at == SWEEP_KEPT)
        return;
    sweep->kept += sweep->kept < SWEEP_KEPT;
    memmove(&sweep->failures[at + 1], &sweep->failures[at],
            (sweep->kept - 1 - at) * sizeof(*failure));
    sweep->failures[at] = *failure;
}

static void read_failures(struct keeper *keeper)
{
    struct failure failure;

    while (read(keeper->found[0], &failure, sizeof(failure)) == sizeof(failure))
        keep(keeper, &failure);
}

/* A worker has ended: no seeds are left, or its seed has ended it and another one goes on. */
static int bury(struct keeper *keeper, unsigned number, int status)
{
    struct seat *seat = &keeper->board->seats[number];
    struct failure failure = {.seed = atomic_load(&seat->seed)};

    keeper->working--;
    keeper->pids[number] = 0;
    if (!atomic_load(&seat->busy))
        return 0;
    apart_judge(status, &failure);
    keep(keeper, &failure);
    seat->tally.seeds++;
    atomic_store(&seat->busy, false);
    return start_worker(keeper, number);
}

static void sum_up(struct keeper *keeper)
{
    struct tally total = {0};

    for (unsigned i = 0; i < keeper->sweep->jobs; i++) {
        const struct tally *part = &keeper->board->seats[i].tally;

        total.seeds += part->seeds;
        total.events += part->events;
        total.flushes += part->flushes;
        total.kills += part->kills;
        total.restarts += part->restarts;
        total.hash += part->hash;
        for (int race = 0; race < COVERS; race++)
            total.met[race] += part->met[race];
    }
    memcpy(total.failed, keeper->sweep->tally.failed, sizeof(total.failed));
    keeper->sweep->tally = total;
}

static void show_progress(struct keeper *keeper)
{
    const struct sweep *sweep = keeper->sweep;
    bool terminal = isatty(STDERR_FILENO);
    int64_t now = now_ms();

    if (now - keeper->began < 1000 || now - keeper->shown < (terminal ? 200 : 10 * 1000))
        return;
    keeper->shown = now;
    sum_up(keeper);
    fprintf(stderr, "%s%" PRIu64 " of %" PRIu64 " seeds, %" PRIu64 " events, %u failures%s",
            terminal ? "\r\033[K" : "", sweep->tally.seeds, sweep->to - sweep->from + 1,
            sweep->tally.events, sweep->kept, terminal ? "" : "\n");
}

static int look_after(struct keeper *keeper)
{
    for (unsigned i = 0; i < keeper->sweep->jobs; i++) {
        int status;

        if (keeper->pids[i] && waitpid(keeper->pids[i], &status, WNOHANG) == keeper->pids[i] &&
            bury(keeper, i, status))
            return -1;
    }
    return 0;
}

static int watch(struct keeper *keeper)
{
    struct pollfd found = {.fd = keeper->found[0], .events = POLLIN};

    for (unsigned i = 0; i < keeper->sweep->jobs; i++)
        if (start_worker(keeper, i))
            return -1;
    while (keeper->working > 0) {
        poll(&found, 1, TICK_MS);
        read_failures(keeper);
        if (look_after(keeper))
            return -1;
        show_progress(keeper);
    }
    read_failures(keeper);
    if (keeper->shown > 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    return 0;
}

static void stop_workers(struct keeper *keeper)
{
    for (unsigned i = 0; i < keeper->sweep->jobs; i++)
        if (keeper->pids[i]) {
            kill(keeper->pids[i], SIGKILL);
            waitpid(keeper->pids[i], NULL, 0);
        }
}

static double processor_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

int sweep_run(struct sweep *sweep)
{
    size_t size = sizeof(struct board) + sweep->jobs * sizeof(struct seat);
    struct keeper keeper = {.sweep = sweep, .board = share(size), .began = now_ms()};
    double before = processor_seconds();
    int result;

    if (!keeper.board)
        return -1;
    if (pipe(keeper.found) || fcntl(keeper.found[0], F_SETFL, O_NONBLOCK)) {
        munmap(keeper.board, size);
        return -1;
    }
    keeper.board->next = sweep->from;
    keeper.board->end = sweep->to + 1;
    result = watch(&keeper);
    stop_workers(&keeper);
    sum_up(&keeper);
    sweep->seconds = (double)(now_ms() - keeper.began) / 1000;
    sweep->processor = processor_seconds() - before;
    close(keeper.found[0]);
    close(keeper.found[1]);
    munmap(keeper.board, size);
    return result;
}
