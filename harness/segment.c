/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum header_offset {
#define WIRE_SHM(field, offset, width, text) HEADER_##field = offset,
#include "spec/wire.def"
};

enum slot_offset {
#define WIRE_SLOT(field, offset, width, text) SLOT_##field = offset,
#include "spec/wire.def"
};

static const struct {
    const char *name;
    unsigned offset, width;
} header_fields[] = {
#define WIRE_SHM(field, offset, width, text) {#field, offset, width},
#include "spec/wire.def"
};

static uint32_t load32(const uint8_t *p)
{
    return __atomic_load_n((const uint32_t *)(const void *)p, __ATOMIC_ACQUIRE);
}

static uint64_t load64(const uint8_t *p)
{
    return __atomic_load_n((const uint64_t *)(const void *)p, __ATOMIC_ACQUIRE);
}

static void store32(uint8_t *p, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)p, value, __ATOMIC_RELEASE);
}

static void store64(uint8_t *p, uint64_t value)
{
    __atomic_store_n((uint64_t *)(void *)p, value, __ATOMIC_RELEASE);
}

static size_t size_for(uint64_t capacity)
{
    return WIRE_SHM_HEADER_SIZE + capacity * WIRE_SHM_SLOT_SIZE;
}

static bool is_capacity(uint64_t n)
{
    return n >= WIRE_SHM_CAPACITY_MIN && n <= WIRE_SHM_CAPACITY_MAX && (n & (n - 1)) == 0;
}

static char *judge_layout(const struct segment *s, const char **id)
{
    uint64_t magic = load64(s->at + HEADER_magic);
    uint32_t version = load32(s->at + HEADER_version), capacity = s->capacity;

    *id = "SHM-7";
    if (magic != (uint64_t)WIRE_SHM_MAGIC)
        return x_printf("magic is 0x%016llx; expected 0x%016llx", (unsigned long long)magic,
                        (unsigned long long)WIRE_SHM_MAGIC);
    if (version != WIRE_SHM_VERSION)
        return x_printf("version is %u; expected %d", version, WIRE_SHM_VERSION);
    if (!is_capacity(capacity))
        return x_printf("capacity is %u; expected a power of two from %d to %d", capacity,
                        WIRE_SHM_CAPACITY_MIN, WIRE_SHM_CAPACITY_MAX);
    *id = "SHM-2";
    if (s->size != size_for(capacity))
        return x_printf("it has %zu bytes; expected %zu for %u slots", s->size, size_for(capacity),
                        capacity);
    return NULL;
}

/* What segment_open() has mapped, for the handler: an object that its owner has cut short raises
 * SIGBUS in its readers, and no case may be lost to that. */
static struct {
    uint8_t *at;
    size_t size;
    volatile sig_atomic_t cut;
} guarded;

/* Puts zeros where the memory is gone. A fault that is somebody else's has its default action when
 * the access is made again. */
static void take_bus_error(int number, siginfo_t *info, void *context)
{
    uint8_t *at = info->si_addr;

    (void)context;
    if (guarded.at == NULL || at < guarded.at || at >= guarded.at + guarded.size ||
        mmap(guarded.at, guarded.size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            MAP_FAILED)
        signal(number, SIG_DFL);
    guarded.cut = 1;
}

static void guard(const struct segment *s)
{
    struct sigaction action = {.sa_sigaction = take_bus_error, .sa_flags = SA_SIGINFO};

    guarded.at = s->at;
    guarded.size = s->size;
    guarded.cut = 0;
    sigaction(SIGBUS, &action, NULL);
}

struct segment *segment_open(const char *name, const char **id, char **why)
{
    struct segment *s = x_calloc(1, sizeof *s);

    *id = "SHM-1";
    s->name = x_strdup(name);
    s->fd = shm_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (s->fd < 0 || fstat(s->fd, &s->stat) < 0) {
        *why = x_strdup(strerror(errno));
    } else if (s->stat.st_size < WIRE_SHM_HEADER_SIZE) {
        *why = x_printf("it has %lld bytes, less than a header", (long long)s->stat.st_size);
    } else {
        s->size = (size_t)s->stat.st_size;
        s->at = mmap(NULL, s->size, PROT_READ, MAP_SHARED, s->fd, 0);
        if (s->at == MAP_FAILED)
            s->at = NULL;
        if (s->at == NULL) {
            *why = x_strdup(strerror(errno));
        } else {
            guard(s);
            s->capacity = load32(s->at + HEADER_capacity);
            *why = judge_layout(s, id);
        }
    }
    if (*why == NULL)
        return s;
    segment_close(s);
    return NULL;
}

struct segment *segment_create(const char *name, uint32_t capacity, uint64_t epoch, size_t size,
                               mode_t mode)
{
    struct segment *s = x_calloc(1, sizeof *s);

    s->size = size_for(capacity);
    s->capacity = capacity;
    s->made = true;
    errno = EINVAL;
    s->fd =
        is_capacity(capacity) ? shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) : -1;
    if (s->fd < 0) {
        free(s);
        return NULL;
    }
    s->name = x_strdup(name);
    if (fchmod(s->fd, mode) == 0 && posix_fallocate(s->fd, 0, (off_t)s->size) == 0)
        s->at = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (s->at == NULL || s->at == MAP_FAILED) {
        s->at = NULL;
        segment_close(s);
        return NULL;
    }
    store64(s->at + HEADER_magic, (uint64_t)WIRE_SHM_MAGIC);
    store32(s->at + HEADER_version, WIRE_SHM_VERSION);
    store32(s->at + HEADER_capacity, capacity);
    store64(s->at + HEADER_epoch, epoch);
    store32(s->at + HEADER_probe, 1);
    if (size != 0 && ftruncate(s->fd, (off_t)size) < 0) {
        segment_close(s);
        return NULL;
    }
    return s;
}

void segment_close(struct segment *s)
{
    if (s == NULL)
        return;
    if (s->at != NULL && s->at == guarded.at)
        guarded.at = NULL;
    if (s->at != NULL)
        munmap(s->at, s->size);
    if (s->fd >= 0)
        close(s->fd);
    if (s->made)
        shm_unlink(s->name);
    free(s->name);
    free(s);
}

uint32_t segment_capacity(const struct segment *s)
{
    return s->capacity;
}

uint64_t segment_epoch(const struct segment *s)
{
    return load64(s->at + HEADER_epoch);
}

uint32_t segment_count(const struct segment *s)
{
    return load32(s->at + HEADER_count);
}

uint32_t segment_probe(const struct segment *s)
{
    return load32(s->at + HEADER_probe);
}

uint32_t segment_home(const struct segment *s, uint64_t mac)
{
    unsigned bits = (unsigned)__builtin_ctz(segment_capacity(s));

    return (uint32_t)(mac * (uint64_t)WIRE_SHM_HASH >> (64 - bits));
}

static uint8_t *slot_at(const struct segment *s, uint32_t slot)
{
    return s->at + WIRE_SHM_HEADER_SIZE + (size_t)slot * WIRE_SHM_SLOT_SIZE;
}

/* The fields between two looks at the lock. Relaxed loads of whole words: a writer may be at it. */
static void read_fields(const uint8_t *p, struct cell *c)
{
    uint32_t word[2], ip;

    word[0] = __atomic_load_n((const uint32_t *)(const void *)(p + SLOT_mac), __ATOMIC_RELAXED);
    word[1] = __atomic_load_n((const uint32_t *)(const void *)(p + SLOT_mac + 4), __ATOMIC_RELAXED);
    ip = __atomic_load_n((const uint32_t *)(const void *)(p + SLOT_ip), __ATOMIC_RELAXED);
    c->epoch = __atomic_load_n((const uint64_t *)(const void *)(p + SLOT_epoch), __ATOMIC_RELAXED);
    const uint8_t *mac = (const uint8_t *)word;
    c->mac = 0;
    for (int i = 0; i < 6; i++)
        c->mac = c->mac << 8 | mac[i];
    c->ip = __builtin_bswap32(ip);
}

bool segment_read(const struct segment *s, uint32_t slot, unsigned tries, struct cell *c)
{
    const uint8_t *p = slot_at(s, slot);

    while (tries-- > 0) {
        c->lock = load32(p + SLOT_lock);
        read_fields(p, c);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        uint32_t after =
            __atomic_load_n((const uint32_t *)(const void *)(p + SLOT_lock), __ATOMIC_RELAXED);
        if (c->lock % 2 == 0 && after == c->lock)
            return true;
    }
    return false;
}

int64_t segment_find(const struct segment *s, uint64_t mac, struct cell *c)
{
    uint64_t epoch = segment_epoch(s);
    uint32_t capacity = segment_capacity(s), at = segment_home(s, mac);

    for (uint32_t i = 0; i < capacity; i++, at = (at + 1) & (capacity - 1)) {
        bool whole = segment_read(s, at, 100, c);
        if (whole && c->epoch == WIRE_SHM_NEVER_USED)
            return -1;
        if (whole && c->epoch == epoch && c->mac == mac)
            return at;
    }
    return -1;
}

void segment_write(struct segment *s, uint32_t slot, const struct cell *c)
{
    uint8_t *p = slot_at(s, slot);

    store32(p + SLOT_lock, c->lock | 1);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (int i = 0; i < 6; i++)
        p[SLOT_mac + i] = (uint8_t)(c->mac >> (40 - 8 * i));
    store32(p + SLOT_ip, __builtin_bswap32(c->ip));
    store64(p + SLOT_epoch, c->epoch);
    store32(p + SLOT_lock, c->lock);
}

uint32_t segment_place(const struct segment *s, uint64_t mac)
{
    uint32_t capacity = segment_capacity(s), at = segment_home(s, mac);
    struct cell c;

    for (uint32_t i = 0; i < capacity; i++, at = (at + 1) & (capacity - 1))
        if (segment_read(s, at, 1, &c) && c.epoch != segment_epoch(s))
            break;
    return at;
}

const char *segment_set(struct segment *s, const char *field, uint64_t value)
{
    for (size_t i = 0; i < LENGTH(header_fields); i++) {
        if (strcmp(field, header_fields[i].name) != 0)
            continue;
        if (header_fields[i].width == 8)
            store64(s->at + header_fields[i].offset, value);
        else
            store32(s->at + header_fields[i].offset, (uint32_t)value);
        return NULL;
    }
    return "no such field of the header; chapter 5 lists them";
}

/* SHM-8 of one live entry: reachable from its home. */
static char *judge_place(const struct segment *s, uint32_t slot, const struct cell *c)
{
    uint32_t capacity = segment_capacity(s), at = segment_home(s, c->mac), steps = 1;
    uint32_t probe = segment_probe(s);
    struct cell passed;
    char mac[18];

    mac_format(c->mac, mac);
    for (; at != slot && steps <= probe; at = (at + 1) & (capacity - 1), steps++)
        if (segment_read(s, at, 100, &passed) && passed.epoch == WIRE_SHM_NEVER_USED)
            return x_printf("%s stands in slot %u behind the never-used slot %u of its probe "
                            "sequence",
                            mac, slot, at);
    if (steps > probe)
        return x_printf("%s stands in slot %u, which is not among the first %u of its probe "
                        "sequence that probe allows",
                        mac, slot, probe);
    return NULL;
}

/* SHM-1, SHM-8, SHM-11, SHM-12: every slot. */
static const char *judge_slots(const struct segment *s, const struct arp *want, char **why)
{
    uint64_t epoch = segment_epoch(s);
    struct arp *got = arp_create();
    struct buf rows = {0};
    const char *id = NULL;

    /* more than are wanted are wrong already, and might be millions */
    for (uint32_t i = 0; i < segment_capacity(s) && id == NULL && arp_count(got) <= arp_count(want);
         i++) {
        struct cell c;
        if (!segment_read(s, i, 1000, &c)) {
            *why = x_printf("the lock of slot %u is %u, odd or changing, while nothing is written",
                            i, c.lock);
            id = "SHM-11";
        } else if (c.epoch == epoch) {
            struct neighbour n = {c.mac, c.ip, true};
            char line[36];
            neighbour_format(&n, line);
            if (arp_add(got, &n) != NULL) {
                *why = x_printf("%s is live in more than one slot", line);
                id = "SHM-8";
            } else if ((*why = judge_place(s, i, &c)) != NULL) {
                id = "SHM-8";
            }
        }
    }
    if (id == NULL && arp_diff(want, got, true, 10, &rows) > 0) {
        *why = x_printf("rows of the oracle with -, of the object with +:\n%s", rows.data);
        id = "SHM-1";
    }
    buf_finish(&rows);
    arp_destroy(got);
    return id;
}

static const char *judge_header(const struct segment *s, size_t count, uint64_t epoch, char **why)
{
    uint64_t got = segment_epoch(s);

    if (got != epoch)
        *why =
            x_printf("epoch is %u.%u; that of the server's frames is %u.%u", (unsigned)(got >> 32),
                     (unsigned)got, (unsigned)(epoch >> 32), (unsigned)epoch);
    else if (segment_count(s) != count)
        *why = x_printf("count is %u; the server has %zu entries", segment_count(s), count);
    else if (load32(s->at + HEADER_capacity) != s->capacity)
        *why = x_printf("capacity was %u and is another one now", s->capacity);
    return *why != NULL ? "SHM-7" : NULL;
}

const char *segment_judge(const struct segment *s, const struct arp *want, uint64_t epoch,
                          char **why)
{
    const char *id = judge_header(s, arp_count(want), epoch, why);

    if (id == NULL)
        id = judge_slots(s, want, why);
    if (!guarded.cut || s->made)
        return id;
    free(*why);
    *why = x_strdup("it was cut short while it was read");
    return "SHM-2";
}
