/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REAL_ROUTES = 901899, LINE = 128 };

static struct table_file table;
static char table_path[512], *table_text, **table_rows;

/* xorshift64*: the same numbers in every run. */
static uint64_t state = 88172645463325252;

static uint32_t random_below(uint32_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717) >> 32) % limit);
}

/* Masks of the real table: of 10,000 routes so many have this one. */
static unsigned random_mask(void)
{
    static const struct {
        uint8_t mask;
        uint16_t of_10000;
    } mix[] = {{24, 5962}, {23, 1070}, {22, 1204}, {21, 563}, {20, 472},
               {18, 520},  {16, 150},  {12, 49},   {32, 10}};
    uint32_t pick = random_below(10000), i = 0;

    while (pick >= mix[i].of_10000)
        pick -= mix[i++].of_10000;
    return mix[i].mask;
}

static void print_row(FILE *file, uint32_t address, unsigned mask, uint32_t gateway)
{
    fprintf(file, "%u.%u.%u.%u/%u 10.%u.%u.1 eth%u.%u\n", address >> 24, address >> 16 & 255,
            address >> 8 & 255, address & 255, mask, gateway >> 6, gateway & 63, gateway % 4,
            gateway % 101);
}

/* One behind the other, and among them short masks that hold what came last, each once. */
static int generate(size_t routes)
{
    FILE *file = fopen(table_path, "w");
    uint64_t address = UINT32_C(1) << 24, held[33] = {0};

    if (!file)
        return bench_fail("%s: %s", table_path, strerror(errno));
    for (size_t i = 0; i < routes; i++) {
        unsigned mask = random_mask();
        uint64_t size = UINT64_C(1) << (32 - mask), outer = address / size;

        if (mask <= 16 && outer != held[mask]) {
            held[mask] = outer;
            print_row(file, (uint32_t)(outer * size), mask, random_below(3304));
            continue;
        }
        mask = mask <= 16 ? 24 : mask;
        size = UINT64_C(1) << (32 - mask);
        address = (address + size - 1) / size * size;
        print_row(file, (uint32_t)address, mask, random_below(3304));
        address += size;
    }
    if (fclose(file))
        return bench_fail("%s: %s", table_path, strerror(errno));
    return address < UINT32_MAX ? 0 : bench_fail("%zu routes do not fit", routes);
}

static int unpack(const char *packed)
{
    char command[1200];

    snprintf(command, sizeof(command), "xz -dc -- '%s' >'%s'", packed, table_path);
    return system(command) == 0 ? 0
                                : bench_fail("%s: xz cannot unpack it; install xz-utils", packed);
}

static int make_file(size_t routes)
{
    const char *data = getenv("RTM_DATA");
    char packed[512];

    snprintf(table_path, sizeof(table_path), "%s/table", bench_directory());
    snprintf(packed, sizeof(packed), "%s/routes-dfz-2024.txt.xz", data ? data : "../shared/data");
    table.path = table_path;
    if (!routes && access(packed, R_OK) == 0) {
        table.origin = "routes-dfz-2024";
        return unpack(packed);
    }
    table.origin =
        routes ? "generated" : "generated: the mix of masks of routes-dfz-2024, which is not here";
    return generate(routes ? routes : REAL_ROUTES);
}

/* Reads the file and finds its rows. */
static int index_file(void)
{
    struct stat stat_file;
    FILE *file = fopen(table_path, "r");
    size_t size;

    if (!file || fstat(fileno(file), &stat_file))
        return bench_fail("%s: %s", table_path, strerror(errno));
    size = (size_t)stat_file.st_size;
    table_text = malloc(size + 1);
    table_rows = malloc((size / 12 + 1) * sizeof(*table_rows));
    if (!table_text || !table_rows || fread(table_text, 1, size, file) != size)
        return bench_fail("%s: cannot be read", table_path);
    fclose(file);
    table_text[size] = 0;
    for (char *row = strtok(table_text, "\n"); row; row = strtok(NULL, "\n"))
        if (row[0] != '#')
            table_rows[table.routes++] = row;
    return table.routes > 1 ? 0 : bench_fail("%s: no routes in it", table_path);
}

const struct table_file *table_file(const struct scale *scale)
{
    if (!table_rows && (make_file(scale->routes) || index_file()))
        return NULL;
    return &table;
}

char *table_updates(const struct table_file *file, size_t count, size_t *size)
{
    char *text = malloc(count * LINE), *end = text;

    if (!text) {
        bench_fail("no memory for %zu updates", count);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const char *route = table_rows[random_below((uint32_t)file->routes)];
        const char *value = table_rows[random_below((uint32_t)file->routes)];

        end += snprintf(end, LINE, "update %.*s%s\n", (int)strcspn(route, " "), route,
                        strchr(value, ' '));
    }
    *size = (size_t)(end - text);
    return text;
}

void table_forget(void)
{
    free(table_text);
    free(table_rows);
    unlink(table_path);
}
