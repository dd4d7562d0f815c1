/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory: a server's object seen from outside, the objects of
 * probes, and what a client has mapped.
 */
#include "actor.h"
#include "command_list.h"
#include "compose.h"
#include "feed.h"
#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* The object that a server names, remembered by the actor; NULL after world_fail(). */
static struct segment *look(struct world *w, struct actor *server, uint64_t *epoch)
{
    struct frame welcome;
    struct segment *s;
    char name[64] = "", *why = NULL;

    if (compose_greeting(w, server, &welcome) < 0)
        return NULL;
    wire_text(&welcome, "shm", name, sizeof name);
    *epoch = wire_number(&welcome, "epoch");
    if (*name == '\0') {
        world_fail(w, VERDICT_FAIL, "%s names no shared memory in its WELCOME", server->name);
        return NULL;
    }
    s = segment_open(name, &why);
    if (s == NULL) {
        world_fail(w, VERDICT_FAIL, "the object %s of %s: %s", name, server->name, why);
        free(why);
        return NULL;
    }
    free(server->shm.name);
    server->shm.name = x_strdup(name);
    server->shm.device = s->stat.st_dev;
    server->shm.inode = s->stat.st_ino;
    server->shm.epoch = *epoch;
    return s;
}

int run_shm_right(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = look(w, server, &epoch);
    char *why = NULL;
    const char *id;

    if (seg == NULL)
        return -1;
    id = segment_judge(seg, oracle_arp(server->oracle), epoch, &why);
    if (id != NULL)
        world_fail_for(w, id, "the object %s of %s: %s", seg->name, server->name, why);
    free(why);
    segment_close(seg);
    return id == NULL ? 0 : -1;
}

int run_shm_reserved(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    uint64_t epoch;
    struct segment *seg = look(w, server, &epoch);
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
    struct segment *seg = look(w, server, &epoch);
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
    uint64_t epoch, key = 0;
    struct segment *seg = look(w, server, &epoch);
    struct neighbour want;
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

/* Whether the object that was seen last still has a name. */
static int is_there(struct world *w, const struct actor *server, bool *there)
{
    struct stat now;
    int fd;

    if (server->shm.name == NULL)
        return world_fail(w, VERDICT_BROKEN, "no step has looked at the object of %s yet",
                          server->name);
    fd = shm_open(server->shm.name, O_RDONLY | O_CLOEXEC, 0);
    *there = fd >= 0 && fstat(fd, &now) == 0 && now.st_dev == server->shm.device &&
             now.st_ino == server->shm.inode;
    if (fd >= 0)
        close(fd);
    return 0;
}

static int expect_there(struct world *w, const struct actor *server, bool wanted)
{
    bool there = false;

    if (is_there(w, server, &there) < 0)
        return -1;
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
        return world_fail(w, VERDICT_BROKEN, "no step has looked at the object of %s yet",
                          server->name);
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
    struct segment *seg = look(w, server, &epoch);
    size_t goal;
    int result;

    if (seg == NULL)
        return -1;
    goal = segment_capacity(seg) / 8 * 7;
    segment_close(seg);
    if (goal > 1000000)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s has too many slots to fill: %zu",
                          server->name, goal);
    generate_additions(&r, server->oracle, goal - arp_count(oracle_arp(server->oracle)), &text);
    result = feed_start(w, server, &text);
    buf_finish(&text);
    return result < 0 ? -1 : feed_wait(w, server, 100);
}

int run_answers_or_dies(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct ask ask = {.op = ASK_LINE, .line = step_word(s, 3)};

    a->expected_to_end = true;
    if (actor_ask(w, a, &ask) == 0) {
        a->expected_to_end = false;
        return 0;
    }
    if (actor_runs(a) || !WIFSIGNALED(a->status))
        return -1;
    world_forgive(w);
    world_tell(w, "a signal ended %s: %s", a->name, strsignal(WTERMSIG(a->status)));
    return 0;
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
    return resize(w, "size=1g");
}

/* Reads slots while a feed writes them, until it is answered. An entry is whole if its address is
 * the one that generated entries of its MAC have. */
static int read_while_fed(struct world *w, struct actor *server, struct segment *seg, size_t *mixed,
                          size_t *changed)
{
    uint32_t capacity = segment_capacity(seg);
    uint32_t *lock = x_calloc(capacity, sizeof *lock);
    int result = 0;

    while (feed_share(server) < 100 && result == 0 && *mixed == 0) {
        for (uint32_t i = 0; i < capacity && *mixed == 0; i++) {
            struct cell c;
            if (!segment_read(seg, i, 1, &c))
                continue;
            *changed += lock[i] != c.lock;
            lock[i] = c.lock;
            if (c.epoch > WIRE_SHM_DELETED && c.ip != generate_address(c.mac)) {
                char mac[18];
                mac_format(c.mac, mac);
                world_fail(w, VERDICT_FAIL, "slot %u gave %s with an address of another entry", i,
                           mac);
                ++*mixed;
            }
        }
        world_pause(w, 0);
        if (now_ms() >= w->deadline_ms)
            result = world_timeout(w, "%s does not answer its feed", server->name);
    }
    free(lock);
    return result;
}

int run_shm_whole(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    size_t mixed = 0, changed = 0;
    uint64_t epoch;
    struct segment *seg;
    int result;

    if (server->feed == NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is not being fed", server->name);
    seg = look(w, server, &epoch);
    if (seg == NULL)
        return -1;
    result = read_while_fed(w, server, seg, &mixed, &changed);
    world_tell(w, "%zu changes of slots were seen in %s", changed, seg->name);
    segment_close(seg);
    return mixed > 0 ? -1 : result;
}

/* Lines of a client's memory map that name an object, and how many of them it may write to. */
static int count_maps(struct world *w, const struct actor *client, size_t *maps, size_t *writable)
{
    struct buf text = {0};
    char path[64], *rest = NULL;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)client->pid);
    if (file_read(path, &text) < 0) {
        buf_finish(&text);
        return world_fail(w, VERDICT_SKIPPED, "%s: %s", path, strerror(errno));
    }
    *maps = *writable = 0;
    for (char *line = text.data ? strtok_r(text.data, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *rights = strchr(line, ' ');
        if (strstr(line, " /dev/shm/") == NULL || rights == NULL)
            continue;
        ++*maps;
        *writable += rights[2] == 'w';
    }
    buf_finish(&text);
    return 0;
}

static int await_maps(struct world *w, struct actor *client, bool wanted)
{
    size_t maps = 0, writable = 0;
    int pause = 0;

    for (;;) {
        if (count_maps(w, client, &maps, &writable) < 0)
            return -1;
        if (writable > 0)
            return world_fail(w, VERDICT_FAIL, "%s may write to the object that it has mapped",
                              client->name);
        if ((maps > 0) == wanted)
            return 0;
        if (now_ms() >= w->deadline_ms)
            return world_timeout(w, "%s has %zu objects mapped", client->name, maps);
        world_pause(w, next_pause(&pause));
    }
}

int run_shm_mapped(struct world *w, const struct step *s)
{
    return await_maps(w, world_actor(w, step_word(s, 1)), true);
}

int run_shm_unmapped(struct world *w, const struct step *s)
{
    return await_maps(w, world_actor(w, step_word(s, 1)), false);
}
