/* SPDX-License-Identifier: MIT
 *
 * How the writer and the readers of the shared ARP table get at its memory: every store, load and
 * fence goes through these, so that a simulator can come between any two of them. Programs have no
 * watch; where it is the constant NULL nothing of it is left.
 */
#ifndef CORE_ARP_WATCH_H
#define CORE_ARP_WATCH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct arp_watch {
    void *arg;
    /* Before the store of a field of that width, whose value is in the order of the memory. */
    void (*store)(void *arg, const volatile void *at, size_t width, uint64_t value,
                  memory_order order);
    /* Instead of the load: what it gives. */
    uint64_t (*load)(void *arg, const volatile void *at, size_t width, memory_order order);
    void (*fence)(void *arg, memory_order order);
};

#define ARP_STORE(watch, at, value, order)                                       \
    do {                                                                         \
        if (watch)                                                               \
            (watch)->store((watch)->arg, (at), sizeof(*(at)), (value), (order)); \
        atomic_store_explicit((at), (value), (order));                           \
    } while (0)

#define ARP_LOAD(watch, at, order)                                                             \
    ((watch) ? (__typeof__(atomic_load((at))))(watch)->load((watch)->arg, (at), sizeof(*(at)), \
                                                            (order))                           \
             : atomic_load_explicit((at), (order)))

#define ARP_FENCE(watch, order)                    \
    do {                                           \
        if (watch)                                 \
            (watch)->fence((watch)->arg, (order)); \
        else                                       \
            atomic_thread_fence(order);            \
    } while (0)

#endif
