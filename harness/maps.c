/* SPDX-License-Identifier: MIT */
#include "maps.h"

#include "util.h"

#include <stdio.h>
#include <string.h>

#define PLACE "/dev/shm"

int maps_each(pid_t pid, void (*one)(void *ctx, const struct mapping *m), void *ctx)
{
    struct buf text = {0};
    char path[64], *rest = NULL;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    if (file_read(path, &text) < 0) {
        buf_finish(&text);
        return -1;
    }
    for (char *line = text.data ? strtok_r(text.data, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *object = strstr(line, " " PLACE "/");
        unsigned long inode;
        char rights[5];
        if (object == NULL || sscanf(line, "%*s %4s %*s %*s %lu", rights, &inode) != 2)
            continue;
        one(ctx, &(struct mapping){.name = object + strlen(" " PLACE),
                                   .inode = inode,
                                   .writable = rights[1] == 'w' && rights[3] == 's'});
    }
    buf_finish(&text);
    return 0;
}
