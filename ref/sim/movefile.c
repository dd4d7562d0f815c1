/* SPDX-License-Identifier: MIT */
#include "sim/movefile.h"

#include <string.h>

static bool skippable(const char *line)
{
    line += strspn(line, " \t\r\n");
    return *line == 0 || *line == '#';
}

int movefile_read(FILE *file, struct moves *moves, char reason[MOVE_REASON])
{
    char line[256];

    for (int number = 1; fgets(line, sizeof(line), file); number++) {
        struct move move;
        const char *expected = skippable(line) ? NULL : move_parse(line, &move);

        if (expected) {
            line[strcspn(line, "\r\n")] = 0;
            snprintf(reason, MOVE_REASON, "%d: \"%s\"; expected %s", number, line, expected);
            return -1;
        }
        if (!skippable(line))
            moves_add(moves, &move);
    }
    return 0;
}

void movefile_write(FILE *file, const struct moves *moves)
{
    char line[MOVE_LINE];

    for (size_t i = 0; i < moves->count; i++) {
        move_format(&moves->list[i], line);
        fprintf(file, "%s\n", line);
    }
}
