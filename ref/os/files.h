/* SPDX-License-Identifier: MIT
 *
 * Table files: read and written in slices, so that neither holds up the loop.
 */
#ifndef OS_FILES_H
#define OS_FILES_H

#include <limits.h>

#include "core/loader.h"

enum file_state { FILE_RUNNING, FILE_DONE, FILE_REFUSED };

/* A load under way. */
struct load {
    struct loader *loader; /* NULL: none */
    int fd;                /* -1: read to its end, the rows are being applied */
    int64_t started, told; /* of loop_now() */
    char path[PATH_MAX];
};

/* A save under way. */
struct save {
    const struct table *table;
    int fd;
    struct prefix last;
    uint64_t next_mac;
    bool begun, routes_done;
    uint32_t routes, macs; /* written */
    char path[PATH_MAX], temporary[PATH_MAX + 8];
};

/* A refusal fills the reason. */
enum refusal load_start(struct load *load, struct server *server, struct word path,
                        char reason[REASON_SIZE]);

/* Checks or applies one slice. When it is no longer running load_finish() ends it. */
enum file_state load_turn(struct load *load, enum refusal *refusal, char reason[REASON_SIZE]);
void load_finish(struct load *load);

/* Whether the next turn changes the table. */
bool load_applies(const struct load *load);

enum refusal save_start(struct save *save, const struct table *table, struct word path,
                        char reason[REASON_SIZE]);

/* Writes one slice; the last one puts the file in its place. */
enum file_state save_turn(struct save *save, char reason[REASON_SIZE]);

/* Gives up: removes what was written. */
void save_abandon(struct save *save);

#endif
