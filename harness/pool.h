/* SPDX-License-Identifier: MIT
 *
 * Cases that run at the same time, each in a process and a sandbox of its own. A case that ran out
 * of time on a loaded machine is run once more, alone. Signals that end a program (interrupt.h) end
 * the pool's work early; nothing of it is left behind all the same.
 */
#ifndef HARNESS_POOL_H
#define HARNESS_POOL_H

#include "event.h"
#include "manifest.h"
#include "script.h"

enum sandbox_choice { SANDBOX_AUTO, SANDBOX_NAMESPACES, SANDBOX_NONE };

#define SANDBOX_DECLINED "none (asked for)" /* as the start of a run has it */

#define POOL_JOBS 64

struct pool_options {
    const struct manifest *manifest;
    const struct requirements *requirements;
    int jobs; /* cases at a time, 1..POOL_JOBS */
    bool namespaces, keep;
};

/* Who gives the cases and takes what comes of them. */
struct pool_client {
    /* The next case, which stays until it is done; NULL: there is none, for now. */
    const struct test_case *(*next)(void *ctx);
    /* Once for each: its event is the pool's. */
    void (*done)(void *ctx, const struct test_case *t, json_t *event);
    void *ctx;
    int jobs; /* cases at a time, if other than the pool's */
};

struct pool;

/* Finds out what sandbox there is, and says it as the start of a run has it (the caller's); NULL
 * after a complaint if the one that was asked for can't be had. */
char *pool_choose_sandbox(enum sandbox_choice choice, bool *namespaces);

/* Makes the directory that holds those of the cases; NULL with the reason, the caller's. */
struct pool *pool_create(const struct pool_options *o, char **why);
/* Ends what still runs and removes the directory, unless it is to be kept. */
void pool_destroy(struct pool *p);
const char *pool_directory(const struct pool *p);
/* The directory of data that the cases are to see; without, they see none. */
void pool_show_data(struct pool *p, const char *directory);

/* Runs cases until none runs and there is no next one. What kept it from its end, or NULL; the
 * caller's. */
char *pool_run(struct pool *p, const struct pool_client *client);

#endif
