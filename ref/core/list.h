/* SPDX-License-Identifier: MIT
 *
 * Intrusive doubly linked ring. The owner of a link is the struct that embeds it; a list never
 * allocates. A link that is in no list points at itself.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next;
};

/* The struct of the given type whose member `member` is the link. */
#define LIST_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void list_init(struct link *link)
{
    link->prev = link->next = link;
}

static inline bool list_empty(const struct link *list)
{
    return list->next == list;
}

/* Takes the link out of its list; harmless if it is in none. */
static inline void list_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

/* Moves the link, from whatever list it is in, to the end of this one. */
static inline void list_append(struct link *list, struct link *link)
{
    list_remove(link);
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/* Moves all of `from` to the end of `list` in constant time. */
static inline void list_splice(struct link *list, struct link *from)
{
    if (list_empty(from))
        return;
    from->next->prev = list->prev;
    list->prev->next = from->next;
    from->prev->next = list;
    list->prev = from->prev;
    list_init(from);
}

#endif
