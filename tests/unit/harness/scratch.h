/* SPDX-License-Identifier: MIT
 *
 * Files that a test writes and reads again, in a directory of its own that is gone at its end.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "util.h"

static char scratch[32];

static inline void scratch_begin(void)
{
    strcpy(scratch, "/tmp/unit-XXXXXX");
    CHECK(mkdtemp(scratch) != NULL);
}

static inline void scratch_end(void)
{
    tree_remove(scratch);
}

/* Writes a file of the directory; its folder is made if it is not there. The path is the caller's.
 */
static inline char *scratch_file(const char *name, const char *text)
{
    char *path = x_printf("%s/%s", scratch, name), *slash = strrchr(path, '/');

    *slash = '\0';
    mkdir(path, 0755);
    *slash = '/';
    CHECK_EQ_INT(file_write(path, text, strlen(text)), 0);
    return path;
}

/* The complaints with the directory's name taken off; the caller's. */
static inline char *scratch_complaints(const struct diag *d)
{
    struct buf out = {0};
    const char *at = d->text.len ? d->text.data : "", *found;
    size_t len = strlen(scratch) + 1;

    while ((found = strstr(at, scratch)) != NULL) {
        buf_add(&out, at, (size_t)(found - at));
        at = found + len;
    }
    buf_adds(&out, at);
    return buf_take(&out);
}

#endif
