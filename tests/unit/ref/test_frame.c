/* SPDX-License-Identifier: MIT */
/*
 * The codec: against the golden vectors, and with streams cut everywhere. Run from the top folder.
 */
#include "tests/unit/unit.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/frame.h"
#include "core/mac.h"

#define VECTORS "spec/vectors"

static size_t read_file(const char *name, const char *suffix, char *text, size_t size)
{
    char path[512];
    FILE *file;
    size_t got = 0;

    snprintf(path, sizeof(path), VECTORS "/%s%s", name, suffix);
    file = fopen(path, "r");
    if (file) {
        got = fread(text, 1, size - 1, file);
        fclose(file);
    }
    text[got] = 0;
    return got;
}

static size_t read_hex(const char *name, uint8_t *bytes, size_t size)
{
    char text[4096], *p = text, *end;
    size_t count = 0;

    read_file(name, ".hex", text, sizeof(text));
    while (isspace((unsigned char)*p))
        p++;
    while (*p && count < size) {
        bytes[count++] = (uint8_t)strtoul(p, &end, 16);
        for (p = end; isspace((unsigned char)*p); p++)
            continue;
    }
    return count;
}

static void text_line(FILE *out, const char *name, const char *text)
{
    fprintf(out, *text ? "%s %s\n" : "%s\n", name, text);
}

static void dump_route(FILE *out, const struct frame *frame)
{
    char text[ADDRESS_TEXT];

    address_format(frame->route.prefix.address, text);
    fprintf(out, "destination %s\nmask %u\n", text, frame->route.prefix.mask);
    address_format(frame->route.gateway, text);
    text_line(out, "gateway_ip", frame->op == OP_DELETE ? "" : text);
    text_line(out, "oif", frame->op == OP_DELETE ? "" : frame->route.oif);
}

static void dump_body(FILE *out, const struct frame *frame)
{
    char text[MAC_TEXT];

    switch (frame->type) {
    case FRAME_HELLO:
        fprintf(out, "version_min %u\nversion_max %u\n", frame->hello.version_min,
                frame->hello.version_max);
        break;
    case FRAME_PID:
        fprintf(out, "pid %u\n", frame->pid);
        break;
    case FRAME_WELCOME:
        fprintf(out, "version %u\n", frame->welcome.version);
        text_line(out, "shm", frame->welcome.shm);
        break;
    case FRAME_ROUTE:
        dump_route(out, frame);
        break;
    case FRAME_MAC:
        mac_format(frame->arp.mac, text);
        text_line(out, "mac", text);
        address_format(frame->arp.address, text);
        text_line(out, "ip", frame->arp.filled ? text : "");
        break;
    case FRAME_SNAPSHOT_END:
    case FRAME_DIGEST:
        fprintf(out, "routes %u\nmacs %u\ndigest %" PRIu64 "\n", frame->sum.routes, frame->sum.macs,
                frame->sum.digest);
        break;
    case FRAME_ERROR:
        fprintf(out, "code %u\n", frame->error.code);
        text_line(out, "text", frame->error.text);
        break;
    default:
        break;
    }
}

static void dump(const struct frame *frame, size_t length, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");

    fprintf(out,
            "frame %s\nlength %zu\ntype %d\nop %d\nflags 0\nepoch %" PRIu64 "\nseq %" PRIu64 "\n",
            frame_name(frame->type), length, frame->type, frame->op, frame->epoch, frame->seq);
    dump_body(out, frame);
    fclose(out);
}

static void check_good(const char *name)
{
    uint8_t bytes[512], again[WIRE_FRAME_MAX];
    char got[2048], want[2048], reason[REASON_SIZE];
    struct frame frame;
    size_t size = read_hex(name, bytes, sizeof(bytes));

    if (!CHECK_EQ_INT(frame_decode(bytes, size, SIDE_BOTH, &frame, reason), 0)) {
        printf("# %s: %s\n", name, reason);
        return;
    }
    CHECK_EQ_INT(frame_encode(&frame, again), size);
    if (!CHECK(memcmp(again, bytes, size) == 0))
        printf("# %s\n", name);
    dump(&frame, size, got, sizeof(got));
    read_file(name, ".txt", want, sizeof(want));
    CHECK_EQ_STR(got, want);
}

static void check_bad(const char *name)
{
    struct frame_gather gather = {.sender = SIDE_BOTH};
    uint8_t bytes[512];
    const uint8_t *p = bytes;
    char reason[REASON_SIZE];
    struct frame frame;
    size_t size = read_hex(name, bytes, sizeof(bytes));

    /* what has surplus bytes is a good frame in a stream only if its length is right */
    if (!CHECK_EQ_INT(frame_next(&gather, &p, &size, &frame, reason), -1))
        printf("# %s is taken\n", name);
    else
        CHECK(reason[0] != 0);
}

TEST(every_vector_is_read_and_written_or_refused)
{
    DIR *directory = opendir(VECTORS);
    struct dirent *entry;
    int count = 0;

    if (!CHECK(directory != NULL))
        return;
    while ((entry = readdir(directory))) {
        char name[256], *suffix;

        snprintf(name, sizeof(name), "%s", entry->d_name);
        suffix = strstr(name, ".hex");
        if (!suffix)
            continue;
        *suffix = 0;
        if (strncmp(name, "bad-", 4) == 0)
            check_bad(name);
        else
            check_good(name);
        count++;
    }
    closedir(directory);
    CHECK(count > 0);
}

/* ARP-15: one MAC has one text. */
TEST(a_mac_frame_is_taken_in_one_spelling_only)
{
    static const char *const bad[] = {"01:23:45:67:89:aB", "01-23-45-67-89-ab", "01:23:45:67:89:a",
                                      "", "01:23:45:67:89:ag"};
    struct frame frame = {.type = FRAME_MAC, .op = OP_CREATE, .arp = {0x0123456789ab, 7, true}},
                 got;
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = frame_encode(&frame, bytes);
    char reason[REASON_SIZE];

    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_SERVER, &got, reason), 0);
    CHECK(got.arp.mac == 0x0123456789ab && got.arp.address == 7 && got.arp.filled);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memset(bytes + 24, 0, 18);
        memcpy(bytes + 24, bad[i], strlen(bad[i]));
        CHECK_EQ_INT(frame_decode(bytes, size, SIDE_SERVER, &got, reason), -1);
        CHECK(strstr(reason, bad[i]) != NULL);
    }
    frame_encode(&frame, bytes);
    memcpy(bytes + 42, "1.2.3", 6);
    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_SERVER, &got, reason), -1);
}

/* One frame of each shape, end to end. */
static size_t make_stream(uint8_t *bytes, int *count)
{
    static const enum frame_type types[] = {
        FRAME_WELCOME,      FRAME_SNAPSHOT_BEGIN, FRAME_ROUTE, FRAME_ROUTE,
        FRAME_SNAPSHOT_END, FRAME_DIGEST,         FRAME_ERROR, FRAME_BYE};
    size_t size = 0;

    *count = sizeof(types) / sizeof(types[0]);
    for (int i = 0; i < *count; i++) {
        struct frame frame = {.type = types[i], .epoch = 1, .seq = (uint64_t)i};

        if (types[i] == FRAME_ROUTE)
            frame = (struct frame){
                .type = types[i], .op = OP_CREATE, .seq = (uint64_t)i, .route = {.oif = "eth0"}};
        size += frame_encode(&frame, bytes + size);
    }
    return size;
}

/* Feeds the stream in pieces; the number of frames that come out in order, or -1. */
static int feed(const uint8_t *bytes, size_t size, size_t first, size_t piece)
{
    struct frame_gather gather = {.sender = SIDE_SERVER};
    char reason[REASON_SIZE];
    struct frame frame;
    int count = 0, got;

    for (size_t at = 0, part = first; at < size; at += part, part = piece) {
        const uint8_t *p = bytes + at;
        size_t left = part = part < size - at ? part : size - at;
        uint8_t copy[2048]; /* so that a read beyond the piece is seen */

        memcpy(copy, p, left);
        p = copy;
        while ((got = frame_next(&gather, &p, &left, &frame, reason)) > 0)
            count += frame.seq == (uint64_t)count ? 1 : 1000;
        if (got < 0)
            return -1;
    }
    return count;
}

TEST(a_stream_may_be_cut_anywhere)
{
    uint8_t bytes[2048];
    int count;
    size_t size = make_stream(bytes, &count);

    for (size_t cut = 1; cut < size; cut++)
        CHECK_EQ_INT(feed(bytes, size, cut, size), count);
    for (size_t piece = 1; piece <= size; piece++)
        CHECK_EQ_INT(feed(bytes, size, piece, piece), count);
}

TEST(a_bad_header_is_told_without_its_body)
{
    struct frame_gather gather = {.sender = SIDE_CLIENT};
    uint8_t bytes[WIRE_FRAME_MAX] = {0};
    struct frame frame = {.type = FRAME_HELLO};
    char reason[REASON_SIZE];
    const uint8_t *p = bytes;
    size_t size;

    frame_encode(&frame, bytes);
    bytes[0] = 0x7f; /* length */
    size = WIRE_HEADER_SIZE;
    CHECK_EQ_INT(frame_next(&gather, &p, &size, &frame, reason), -1);
    CHECK(strstr(reason, "expected 28") != NULL);
}

TEST(a_side_sends_only_its_own_types)
{
    struct frame frame = {.type = FRAME_DIGEST}, out;
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];
    size_t size = frame_encode(&frame, bytes);

    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_CLIENT, &out, reason), -1);
    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_SERVER, &out, reason), 0);
    frame.type = FRAME_RESYNC;
    size = frame_encode(&frame, bytes);
    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_SERVER, &out, reason), -1);
    CHECK_EQ_INT(frame_decode(bytes, size, SIDE_CLIENT, &out, reason), 0);
}

/* Whatever the bytes are: no crash, no read outside, and what is taken is the same when encoded. */
TEST(random_damage_is_refused_or_harmless)
{
    uint8_t bytes[2048], again[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];
    struct frame frame;
    int count, wrong = 0;
    size_t size = make_stream(bytes, &count);

    srand(1);
    for (int i = 0; i < 200000; i++) {
        uint8_t damaged[WIRE_FRAME_MAX];
        size_t at = 0, skip = (size_t)(rand() % count), length;

        while (skip-- > 0)
            at += frame_length(bytes + at);
        length = frame_length(bytes + at);
        memcpy(damaged, bytes + at, length);
        damaged[rand() % length] ^= (uint8_t)(1 << rand() % 8);
        if (frame_decode(damaged, length, SIDE_BOTH, &frame, reason) == 0)
            wrong += frame_encode(&frame, again) != length || memcmp(again, damaged, length) != 0;
    }
    CHECK(size > 0);
    CHECK_EQ_INT(wrong, 0);
}
