/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory: the objects of probes.
 */
#include "command_list.h"
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* "home:MAC", the slot where the probe sequence of a MAC begins, or "next:MAC", the one behind it.
 */
static bool read_place(const struct segment *s, const char *text, uint64_t *slot)
{
    bool next = strncmp(text, "next:", 5) == 0;
    uint64_t mac;

    if (s == NULL || (!next && strncmp(text, "home:", 5) != 0) || !mac_parse(text + 5, &mac))
        return false;
    *slot = (segment_home(s, mac) + next) & (segment_capacity(s) - 1);
    return true;
}

/* "field=value": a number, an epoch "instance.flushes", or a place of the object. */
static int read_number(struct world *w, const struct segment *s, const char *text, char field[16],
                       uint64_t *value)
{
    unsigned instance, flushes;
    int used = 0;
    const char *equals = strchr(text, '=');

    snprintf(field, 16, "%.*s", (int)(equals - text), text);
    if (sscanf(equals + 1, "%u.%u%n", &instance, &flushes, &used) == 2 && equals[1 + used] == '\0')
        *value = (uint64_t)instance << 32 | flushes;
    else if (read_place(s, equals + 1, value))
        return 0;
    else if (sscanf(equals + 1, "%lli%n", (long long *)value, &used) != 1 ||
             equals[1 + used] != '\0')
        return world_fail(w, VERDICT_BROKEN, "%s: expected a number or an epoch", text);
    return 0;
}

/* Puts fields into what stands beside them; others go to the header of the object, if there is one
 * already. */
struct number {
    const char *name;
    uint64_t *value;
};

static int read_numbers(struct world *w, const struct step *s, size_t from,
                        const struct number *known, size_t n, const struct segment *seg)
{
    for (size_t i = from; i < s->words.n; i++) {
        char field[16];
        uint64_t value;
        size_t k = 0;
        if (read_number(w, seg, step_word(s, i), field, &value) < 0)
            return -1;
        while (k < n && strcmp(known[k].name, field) != 0)
            k++;
        if (k == n)
            return world_fail(w, VERDICT_BROKEN, "%s is no field here", field);
        *known[k].value = value;
    }
    return 0;
}

int run_shm_create(struct world *w, const struct step *s)
{
    struct probe *p = world_probe(w, step_word(s, 0));
    uint64_t capacity = 64, epoch = 1ull << 32, size = 0, mode = 0644;
    const struct number known[] = {
        {"capacity", &capacity}, {"epoch", &epoch}, {"size", &size}, {"mode", &mode}};
    char *name;

    if (read_numbers(w, s, 3, known, LENGTH(known), NULL) < 0)
        return -1;
    name = x_printf("/rtmtest-%d-%s", (int)getpid(), p->name);
    segment_close(p->segment);
    shm_unlink(name);
    leftover_expect(&w->leftover, name);
    p->segment = segment_create(name, (uint32_t)capacity, epoch, size, (mode_t)mode);
    world_tell(w, "%s makes the object %s", p->name, name);
    free(name);
    return p->segment != NULL ? 0
                              : world_fail(w, VERDICT_BROKEN, "%s cannot make its object: %s",
                                           p->name, strerror(errno));
}

static struct segment *own(struct world *w, const struct step *s)
{
    struct probe *p = world_probe(w, step_word(s, 0));

    if (p->segment == NULL)
        world_fail(w, VERDICT_BROKEN, "%s has no object; say: %s shm create", p->name, p->name);
    return p->segment;
}

int run_shm_put(struct world *w, const struct step *s)
{
    struct segment *seg = own(w, s);
    struct neighbour n;
    uint64_t slot, lock = 2, epoch;
    const struct number known[] = {{"slot", &slot}, {"lock", &lock}, {"epoch", &epoch}};

    if (seg == NULL)
        return -1;
    if (neighbour_parse(step_word(s, 3), step_word(s, 4), &n) != NULL || !n.known)
        return world_fail(w, VERDICT_BROKEN, "chapter 5 knows no such entry");
    slot = segment_place(seg, n.mac);
    epoch = segment_epoch(seg);
    if (read_numbers(w, s, 5, known, LENGTH(known), seg) < 0)
        return -1;
    if (slot >= segment_capacity(seg))
        return world_fail(w, VERDICT_BROKEN, "the object has no slot %llu",
                          (unsigned long long)slot);
    segment_write(seg, (uint32_t)slot, &(struct cell){(uint32_t)lock, n.mac, epoch, n.ip});
    uint32_t distance = ((uint32_t)slot - segment_home(seg, n.mac)) & (segment_capacity(seg) - 1);
    if (distance + 1 > segment_probe(seg))
        segment_set(seg, "probe", distance + 1);
    world_tell(w, "%s puts %s %s into slot %llu", step_word(s, 0), step_word(s, 3), step_word(s, 4),
               (unsigned long long)slot);
    return 0;
}

int run_shm_delete(struct world *w, const struct step *s)
{
    struct segment *seg = own(w, s);
    struct cell c;
    uint64_t mac;
    int64_t slot;

    if (seg == NULL)
        return -1;
    slot = mac_parse(step_word(s, 3), &mac) ? segment_find(seg, mac, &c) : -1;
    if (slot < 0)
        return world_fail(w, VERDICT_BROKEN, "the object has no live %s", step_word(s, 3));
    c.epoch = WIRE_SHM_DELETED;
    c.lock += 2;
    segment_write(seg, (uint32_t)slot, &c);
    return 0;
}

int run_shm_set(struct world *w, const struct step *s)
{
    struct segment *seg = own(w, s);

    for (size_t i = 3; i < s->words.n && seg != NULL; i++) {
        char field[16];
        uint64_t value;
        if (read_number(w, seg, step_word(s, i), field, &value) < 0)
            return -1;
        const char *wrong = NULL;
        if (strcmp(field, "size") == 0)
            wrong = ftruncate(seg->fd, (off_t)value) == 0 ? NULL : strerror(errno);
        else
            wrong = segment_set(seg, field, value);
        if (wrong != NULL)
            return world_fail(w, VERDICT_BROKEN, "%s: %s", step_word(s, i), wrong);
        world_tell(w, "%s sets %s in its object", step_word(s, 0), step_word(s, i));
    }
    return seg == NULL ? -1 : 0;
}

int run_shm_remove(struct world *w, const struct step *s)
{
    struct segment *seg = own(w, s);

    if (seg == NULL)
        return -1;
    shm_unlink(seg->name);
    return 0;
}
