/* SPDX-License-Identifier: MIT */
#include "stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bench.h"

enum { INSTANCE = 1 };

static const uint64_t first_epoch = (uint64_t)INSTANCE << 32;

int stock_open(struct stock *stock, const char *name, uint32_t capacity)
{
    char path[512], reason[REASON_SIZE];

    *stock = (struct stock){.capacity = capacity};
    snprintf(path, sizeof(path), "%s/%s", bench_directory(), name);
    stock->entries = calloc(capacity, sizeof(*stock->entries));
    if (!stock->entries)
        return bench_fail("no memory for %u entries", capacity);
    if (shm_make(&stock->object, path, capacity, reason))
        return bench_fail("%s; make room in /dev/shm", reason);
    arp_open(&stock->writer, stock->object.memory, capacity, first_epoch);
    if (shm_see(&stock->seen, &stock->reader, stock->object.name, INSTANCE, reason))
        return bench_fail("%s", reason);
    shm_unlink(stock->object.name); /* a run that is killed leaves nothing behind */
    return 0;
}

void stock_close(struct stock *stock)
{
    shm_forget(&stock->seen);
    shm_drop(&stock->object);
    free(stock->entries);
    *stock = (struct stock){0};
}

void stock_add(struct stock *stock, uint32_t key)
{
    uint64_t mac = stock_mac(key);

    stock->entries[stock->count++] =
        (struct stock_entry){key, arp_put(&stock->writer, mac, stock_address(mac))};
}

uint32_t stock_take(struct stock *stock, uint32_t place)
{
    struct stock_entry taken = stock->entries[place];

    stock->entries[place] = stock->entries[--stock->count];
    arp_take(&stock->writer, taken.slot);
    return taken.key;
}

void stock_flush(struct stock *stock)
{
    arp_empty(&stock->writer);
    arp_publish(&stock->writer, stock->writer.epoch + 1);
    stock->count = 0;
}
