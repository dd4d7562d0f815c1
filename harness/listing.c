/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "mask.h"

#include <stdlib.h>
#include <string.h>

#define VALUES 4 /* of a row: dest mask gateway oif, or mac ip */

/* The first n values of the last match. */
static char *values_of(const struct dialogue *d, bool arp, struct pattern *p, const char *line,
                       size_t n)
{
    static const char *const route[VALUES] = {"dest", "mask", "gateway", "oif"},
                             *const entry[VALUES] = {"mac", "ip"};
    const char *const *names = arp ? entry : route;
    char value[VALUES][128] = {""};
    struct buf row = {0};

    if (!arp) {
        dialogue_read_prefix(d, p, line, value[0], value[1]);
        mask_count(value[1]); /* a key is one, however it is written */
    }
    for (size_t i = 0; i < n && names[i] != NULL; i++) {
        if (arp || i >= 2)
            pattern_group(p, line, names[i], value[i], sizeof value[i]);
        buf_printf(&row, "%s\n", value[i]);
    }
    return buf_take(&row);
}

char *listing_key(const struct dialogue *d, bool arp, struct pattern *p, const char *line)
{
    return values_of(d, arp, p, line, arp ? 1 : 2);
}

char *listing_row(const struct dialogue *d, bool arp, struct pattern *p, const char *line,
                  size_t len)
{
    char *values = values_of(d, arp, p, line, VALUES);
    char *row = x_printf("%s%zu\n%.*s\n", values, pattern_group_at(p, "oif"), (int)len, line);

    free(values);
    return row;
}

void listing_give(bool arp, char *rows, listing_fn *row, void *ctx)
{
    while (rows != NULL && *rows != '\0') {
        char none[] = "", *value[VALUES] = {none, none, none, none};
        for (size_t i = 0; i < (arp ? 2 : VALUES); i++)
            value[i] = strsep(&rows, "\n");
        size_t at = strtoul(strsep(&rows, "\n"), NULL, 10);
        row(ctx, value, at, strsep(&rows, "\n"));
    }
}
