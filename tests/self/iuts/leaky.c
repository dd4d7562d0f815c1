/* SPDX-License-Identifier: MIT
 *
 * A server of one table that does one thing wrong with its memory, named by its second argument,
 * for runs under a checker: leaky SOCKET FAULT. It speaks the line protocol and listens nowhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *routes[16];
static int count;

static void lose(void)
{
    char *volatile lost = malloc(37);

    lost[0] = 'x';
    lost = NULL;
}

static int read_freed(void)
{
    char *volatile gone = malloc(16);

    gone[3] = 'x';
    free(gone);
    return gone[3];
}

static int branch_on_nothing(void)
{
    int *volatile never = malloc(sizeof *never);
    int result = 0;

    if (*never > 5)
        result = 1;
    free(never);
    return result;
}

static void keep(void)
{
    static char *volatile kept;

    kept = malloc(4 << 20);
    memset(kept, 'x', 4 << 20);
}

static void create(const char *route, const char *fault)
{
    routes[count++] = strdup(route);
    if (strcmp(fault, "leak") == 0)
        lose();
    if (strcmp(fault, "grow") == 0)
        keep();
    if (strcmp(fault, "freed") == 0 && read_freed() == 'y')
        puts("# a y");
    if (strcmp(fault, "unset") == 0 && branch_on_nothing())
        puts("# a number");
    printf("ok create seq=%d\n", count);
}

static void show(void)
{
    static int times;

    for (int i = 0; i < count; i++)
        puts(routes[i]);
    printf("ok show routes=%d times=%d\n", count, ++times);
}

int main(int argc, char **argv)
{
    char line[256];

    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("# ready");
    while (argc == 3 && fgets(line, sizeof line, stdin) != NULL && strcmp(line, "quit\n") != 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "create ", 7) == 0 && count < 16)
            create(line + 7, argv[2]);
        else
            show();
    }
    while (count > 0)
        free(routes[--count]);
    return 0;
}
