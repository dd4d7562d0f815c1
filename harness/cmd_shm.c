/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory: a server's object seen from outside.
 */
#include "actor.h"
#include "command_list.h"
#include "compose.h"
#include "feed.h"
#include "generate.h"
#include "shm_look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#define UNSEEN "no step has looked at the object of %s yet; say: expect %s shm right"

/* NULL after world_fail(). now: WELCOME has just told the name. */
static struct segment *open_object(struct world *w, const struct actor *server, const char *name,
                                   bool now)
{
    const char *id;
    char *why = NULL;
    struct segment *s = segment_open(name, &id, &why);

    if (s == NULL && now)
        world_fail_for(w, id, "the object %s of %s: %s", name, server->name, why);
    else if (s == NULL)
        world_fail(w, VERDICT_FAIL, "the object %s that %s had: %s", name, server->name, why);
    free(why);
    return s;
}

/* The object that a server names, remembered by the actor; NULL after world_fail(). */
struct segment *shm_look(struct world *w, struct actor *server, uint64_t *epoch)
{
    struct frame welcome;
    struct segment *s;
    char name[64] = "";

    if (compose_greeting(w, server, &welcome) < 0)
        return NULL;
    wire_text(&welcome, "shm", name, sizeof name);
    *epoch = wire_number(&welcome, "epoch");
    if (*name == '\0') {
        world_fail(w, VERDICT_FAIL, "%s names no shared memory in its WELCOME", server->name);
        return NULL;
    }
    s = open_object(w, server, name, true);
    if (s == NULL)
        return NULL;
    free(server->shm.name);
    server->shm.name = x_strdup(name);
    server->shm.device = s->stat.st_dev;
    server->shm.inode = s->stat.st_ino;
    server->shm.epoch = *epoch;
    server->shm.size = s->stat.st_size;
    memcpy(server->shm.header, s->at, WIRE_SHM_HEADER_SIZE);
    return s;
}

struct segment *shm_look_again(struct world *w, struct actor *server)
{
    uint64_t epoch;

    return server->shm.name ? open_object(w, server, server->shm.name, false)
                            : shm_look(w, server, &epoch);
}

/* Where a live entry was. */
struct place {
    uint64_t mac;
    uint32_t slot;
};

static int by_mac(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return x->mac < y->mac ? -1 : x->mac > y->mac;
}

static void note_places(struct actor *server, const struct segment *seg)
{
    size_t n = 0, count = segment_count(seg); /* once: it is the server's to change */
    struct place *places;
    struct cell c;

    if (count > segment_capacity(seg))
        count = segment_capacity(seg);
    places = x_calloc(count + 1, sizeof *places);
    for (uint32_t i = 0; i < segment_capacity(seg) && n < count; i++)
        if (segment_read(seg, i, 1, &c) && c.epoch == segment_epoch(seg))
            places[n++] = (struct place){c.mac, i};
    if (n > 1)
        qsort(places, n, sizeof *places, by_mac);
    free(server->shm.places);
    server->shm.places = places;
    server->shm.place_count = n;
}

int run_shm_right(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    char *why = NULL;
    const char *id;

    if (seg == NULL)
        return -1;
    id = segment_judge(seg, oracle_arp(server->oracle), epoch, &why);
    if (id != NULL)
        world_fail_for(w, id, "the object %s of %s: %s", seg->name, server->name, why);
    else
        note_places(server, seg);
    free(why);
    segment_close(seg);
    return id == NULL ? 0 : -1;
}

int run_shm_unmoved(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = server->shm.places ? shm_look(w, server, &epoch) : NULL;
    int result = 0;

    if (server->shm.places == NULL)
        return world_fail(w, VERDICT_BROKEN, UNSEEN, server->name, server->name);
    if (seg == NULL)
        return -1;
    for (uint32_t i = 0; i < segment_capacity(seg) && result == 0; i++) {
        struct cell c;
        struct place *was = NULL;
        if (segment_read(seg, i, 1000, &c) && c.epoch == epoch)
            was = bsearch(&(struct place){.mac = c.mac}, server->shm.places,
                          server->shm.place_count, sizeof *was, by_mac);
        if (was == NULL || was->slot == i)
            continue;
        char mac[18];
        mac_format(c.mac, mac);
        result = world_fail(w, VERDICT_FAIL, "%s was in slot %u and is in slot %u now", mac,
                            was->slot, i);
    }
    segment_close(seg);
    return result;
}

/* Whether a deleted or stale slot is followed by one that was never used. */
static bool is_left_over(const struct segment *s, uint32_t slot)
{
    struct cell c, next;

    return segment_read(s, slot, 1000, &c) && c.epoch != WIRE_SHM_NEVER_USED &&
           c.epoch != segment_epoch(s) &&
           segment_read(s, (slot + 1) & (segment_capacity(s) - 1), 1000, &next) &&
           next.epoch == WIRE_SHM_NEVER_USED;
}

int run_shm_reclaimed(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    unsigned found = 0;

    if (seg == NULL)
        return -1;
    for (uint32_t i = 0; i < segment_capacity(seg); i++)
        found += is_left_over(seg, i);
    segment_close(seg);
    return found == 0
               ? 0
               : world_fail(w, VERDICT_FAIL,
                            "%u runs of deleted or stale slots end at a never-used one", found);
}

int run_shm_reserved(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    int result = 0;

    if (seg == NULL)
        return -1;
    if ((seg->stat.st_mode & 07777) != WIRE_SHM_MODE)
        result = world_fail(w, VERDICT_FAIL, "the object %s has mode %04o; expected %04o",
                            seg->name, seg->stat.st_mode & 07777, WIRE_SHM_MODE);
    else if ((uint64_t)seg->stat.st_blocks * 512 < seg->size)
        result = world_fail(w, VERDICT_FAIL,
                            "the object %s has %zu bytes, and storage for %llu of them is reserved",
                            seg->name, seg->size, (unsigned long long)seg->stat.st_blocks * 512);
    segment_close(seg);
    return result;
}

/* Whether somebody holds an exclusive lock of an open file description on it. */
static bool is_locked(const struct segment *s)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

    return fcntl(s->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid == -1;
}

int run_shm_locked(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    int result = 0;

    if (seg == NULL)
        return -1;
    if (!is_locked(seg))
        result = world_fail(w, VERDICT_FAIL, "nobody holds an exclusive lock on the object %s",
                            seg->name);
    segment_close(seg);
    return result;
}

/* Looks one MAC up as chapter 5 has a reader do it, and compares. */
static int find(struct world *w, struct actor *server, const char *mac, const char *address)
{
    struct segment *seg = shm_look_again(w, server);
    struct neighbour want;
    uint64_t key = 0;
    struct cell c;
    bool there;

    if (seg == NULL)
        return -1;
    if (neighbour_parse(mac, address ? address : "-", &want) != NULL || !mac_parse(mac, &key)) {
        segment_close(seg);
        return world_fail(w, VERDICT_BROKEN, "chapter 5 knows no such entry");
    }
    there = segment_find(seg, key, &c) >= 0;
    segment_close(seg);
    if (address == NULL ? !there : there && c.ip == want.ip)
        return 0;
    if (!there)
        return world_fail(w, VERDICT_FAIL, "no live slot of %s holds %s", server->name, mac);
    return world_fail(w, VERDICT_FAIL, "the slot of %s has the address %u.%u.%u.%u; expected %s",
                      mac, c.ip >> 24, c.ip >> 16 & 255, c.ip >> 8 & 255, c.ip & 255,
                      address ? address : "no live slot");
}

int run_shm_holds(struct world *w, const struct step *s)
{
    return find(w, world_actor(w, step_word(s, 1)), step_word(s, 4), step_word(s, 5));
}

int run_shm_lacks(struct world *w, const struct step *s)
{
    return find(w, world_actor(w, step_word(s, 1)), step_word(s, 4), NULL);
}

int run_shm_none(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    struct frame welcome;
    char name[64];

    if (compose_greeting(w, server, &welcome) < 0)
        return -1;
    wire_text(&welcome, "shm", name, sizeof name);
    if (*name == '\0')
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s names the object %s; expected none", server->name, name);
}

/* Whether the object that was seen last still has a name; and whether that one is as it was. */
static int is_there(struct world *w, const struct actor *server, bool *there, bool *same)
{
    uint8_t header[WIRE_SHM_HEADER_SIZE];
    struct stat now;
    int fd;

    if (server->shm.name == NULL)
        return world_fail(w, VERDICT_BROKEN, UNSEEN, server->name, server->name);
    fd = shm_open(server->shm.name, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    *there = fd >= 0 && fstat(fd, &now) == 0 && now.st_dev == server->shm.device &&
             now.st_ino == server->shm.inode;
    *same = *there && now.st_size == server->shm.size &&
            pread(fd, header, sizeof header, 0) == sizeof header &&
            memcmp(header, server->shm.header, sizeof header) == 0;
    if (fd >= 0)
        close(fd);
    return 0;
}

static int expect_there(struct world *w, const struct actor *server, bool wanted)
{
    bool there = false, same = false;

    if (is_there(w, server, &there, &same) < 0)
        return -1;
    if (there && wanted && !same)
        return world_fail(w, VERDICT_FAIL, "the object %s has another size or header than before",
                          server->shm.name);
    if (there == wanted)
        return 0;
    return world_fail(w, VERDICT_FAIL, "the object %s that %s had before is %s", server->shm.name,
                      server->name, there ? "still there" : "gone");
}

int run_shm_gone(struct world *w, const struct step *s)
{
    return expect_there(w, world_actor(w, step_word(s, 1)), false);
}

int run_shm_kept(struct world *w, const struct step *s)
{
    return expect_there(w, world_actor(w, step_word(s, 1)), true);
}

int run_shm_hold(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 3));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (server->shm.name == NULL)
        return world_fail(w, VERDICT_BROKEN, UNSEEN, server->name, server->name);
    server->shm.held = shm_open(server->shm.name, O_RDWR | O_CLOEXEC, 0);
    if (server->shm.held < 0 || fcntl(server->shm.held, F_OFD_SETLK, &lock) < 0)
        return world_fail(w, VERDICT_BROKEN, "cannot lock %s: %s", server->shm.name,
                          strerror(errno));
    world_tell(w, "the suite holds a lock on %s", server->shm.name);
    return 0;
}

int run_shm_release(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 3));

    if (server->shm.held >= 0) {
        shm_unlink(server->shm.name);
        close(server->shm.held);
    }
    server->shm.held = -1;
    return 0;
}

int run_shm_fill_arp(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 3));
    struct random r = random_seeded(w->test->name);
    struct buf text = {0};
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    size_t goal;
    int result;

    if (seg == NULL)
        return -1;
    goal = segment_capacity(seg) / 8 * 7;
    segment_close(seg);
    if (goal > 250000)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s has too many slots to fill: %zu",
                          server->name, goal);
    generate_additions(&r, server->oracle, goal - arp_count(oracle_arp(server->oracle)), &text);
    result = feed_start(w, server, &text);
    buf_finish(&text);
    return result < 0 ? -1 : feed_wait(w, server, 100);
}

/* The file system of shared memory objects, the case's own, at another size. */
static int resize(struct world *w, const char *options)
{
    if (!w->sandbox->namespaces)
        return world_fail(w, VERDICT_SKIPPED,
                          "fills /dev/shm, and runs without a /dev/shm of its own");
    if (mount("shm", "/dev/shm", "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, options) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "/dev/shm cannot be made %s: %s", options,
                      strerror(errno));
}

int run_shm_fill(struct world *w, const struct step *s)
{
    int fd, result;

    (void)s;
    if (resize(w, "size=4k") < 0)
        return -1;
    fd = open("/dev/shm/filler", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    result = fd < 0 ? -1 : posix_fallocate(fd, 0, 4096);
    if (fd >= 0)
        close(fd);
    return result == 0 ? 0 : world_fail(w, VERDICT_BROKEN, "/dev/shm cannot be filled");
}

int run_shm_free(struct world *w, const struct step *s)
{
    (void)s;
    unlink("/dev/shm/filler");
    return resize(w, "size=2g");
}
