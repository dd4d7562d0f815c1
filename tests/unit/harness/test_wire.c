/* SPDX-License-Identifier: MIT */
/*
 * The suite's codec: against the golden vectors, whole and cut everywhere. Run from the top folder.
 */
#include "tests/unit/unit.h"

#include <glob.h>
#include <stdlib.h>

#include "wire.h"

#define GOOD "spec/vectors/*.hex"

/* Reads NAME.hex of NAME.hex, or NAME.txt beside it. */
static void read_beside(const char *path, const char *suffix, struct buf *out)
{
    char *other = x_printf("%.*s%s", (int)(strlen(path) - 4), path, suffix);

    if (!CHECK_EQ_INT(file_read(other, out), 0))
        printf("# %s\n", other);
    free(other);
}

static void read_hex(const char *path, struct buf *bytes)
{
    struct buf text = {0};

    read_beside(path, ".hex", &text);
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\n')
            text.data[i] = ' ';
    CHECK(hex_parse(text.data, bytes));
    buf_finish(&text);
}

static bool is_bad(const char *path)
{
    return strncmp(strrchr(path, '/'), "/bad-", 5) == 0;
}

/* Calls check for every good or every bad vector; returns how many there are. */
static int each_vector(bool bad, void (*check)(const char *path, const struct buf *bytes))
{
    glob_t found;
    int n = 0;

    if (!CHECK_EQ_INT(glob(GOOD, 0, NULL, &found), 0))
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf bytes = {0};
        bool before = unit_failed;
        if (is_bad(found.gl_pathv[i]) != bad)
            continue;
        n++;
        read_hex(found.gl_pathv[i], &bytes);
        unit_failed = false;
        check(found.gl_pathv[i], &bytes);
        if (unit_failed)
            printf("# above: %s\n", found.gl_pathv[i]);
        unit_failed = unit_failed || before;
        buf_finish(&bytes);
    }
    globfree(&found);
    return n;
}

/* Takes a frame; fails the test if it is malformed. */
static int take(struct buf *in, struct frame *f)
{
    const char *id = NULL;
    char *why = NULL;
    int got = wire_take(in, f, &id, &why);

    if (got < 0)
        printf("# %s: %s\n", id, why);
    CHECK(got >= 0);
    free(why);
    return got;
}

static void decode(const char *path, const struct buf *bytes)
{
    struct buf in = {0}, text = {0};
    char *rest = NULL, type[32];
    struct frame f;

    buf_add(&in, bytes->data, bytes->len);
    if (take(&in, &f) != 1)
        return;
    CHECK_EQ_INT(in.len, 0);
    CHECK_EQ_INT(f.len, bytes->len);
    read_beside(path, ".txt", &text);
    for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, ' ');
        if (sscanf(line, "frame %31s", type) == 1) {
            CHECK_EQ_STR(wire_type_name(wire_type_of(&f)), type);
            continue;
        }
        if (value != NULL)
            *value++ = '\0';
        const char *wrong = wire_check(&f, line, value ? value : "");
        if (!CHECK_EQ_STR(wrong, NULL))
            printf("# field %s\n", line);
    }
    buf_finish(&text);
    buf_finish(&in);
}

TEST(good_vectors_decode_to_their_dumps)
{
    CHECK(each_vector(false, decode) >= 30);
}

/* Builds the frame from its dump alone, field by field. */
static void encode(const char *path, const struct buf *bytes)
{
    struct buf text = {0};
    char *rest = NULL, type[32];
    struct frame f;

    read_beside(path, ".txt", &text);
    for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, ' ');
        if (sscanf(line, "frame %31s", type) == 1) {
            wire_start(&f, wire_type_code(type));
            continue;
        }
        if (value != NULL)
            *value++ = '\0';
        CHECK_EQ_STR(wire_set(&f, line, value ? value : ""), NULL);
    }
    CHECK_EQ_INT(f.len, bytes->len);
    CHECK(f.len == bytes->len && memcmp(f.bytes, bytes->data, f.len) == 0);
    buf_finish(&text);
}

TEST(good_vectors_are_built_from_their_dumps)
{
    CHECK(each_vector(false, encode) >= 30);
}

/* Every field that a description names has the value that it gives. */
static void describe(const char *path, const struct buf *bytes)
{
    struct buf in = {0}, text = {0};
    char *rest = NULL, *word;
    struct frame f;
    bool words;

    (void)path;
    buf_add(&in, bytes->data, bytes->len);
    if (take(&in, &f) != 1)
        return;
    buf_finish(&in);
    wire_describe(&f, &text);
    words = wire_type_of(&f) != FRAME_ERROR; /* its text may hold blanks */
    word = strtok_r(text.data, " ", &rest);
    CHECK_EQ_STR(word, wire_type_name(wire_type_of(&f)));
    while (words && (word = strtok_r(NULL, " ", &rest)) != NULL) {
        char *value = strchr(word, '=');
        if (!CHECK(value != NULL))
            break;
        *value++ = '\0';
        if (!CHECK_EQ_STR(wire_check(&f, word, value), NULL))
            printf("# field %s\n", word);
    }
    buf_finish(&text);
}

TEST(descriptions_name_what_the_frame_holds)
{
    CHECK(each_vector(false, describe) >= 30);
}

static void refuse(const char *path, const struct buf *bytes)
{
    struct buf in = {0}, text = {0};
    const char *id = NULL;
    char *why = NULL, want[16] = "";
    struct frame f;

    read_beside(path, ".txt", &text);
    CHECK_EQ_INT(sscanf(text.data, "malformed %15[^:]", want), 1);
    buf_add(&in, bytes->data, bytes->len);
    CHECK_EQ_INT(wire_take(&in, &f, &id, &why), -1);
    CHECK_EQ_STR(id, want);
    CHECK(why != NULL && *why != '\0');
    free(why);
    buf_finish(&text);
    buf_finish(&in);
}

TEST(bad_vectors_are_refused_for_the_rule_they_break)
{
    CHECK(each_vector(true, refuse) >= 90);
}

/* The stream of all good vectors, one behind the other. */
static struct buf stream;
static int frames;

static void append(const char *path, const struct buf *bytes)
{
    (void)path;
    buf_add(&stream, bytes->data, bytes->len);
    frames++;
}

/* Feeds the stream in pieces of a size and counts what comes out; all of it has to be the same. */
static void cut(size_t size)
{
    struct buf in = {0};
    struct frame f;
    size_t at = 0;
    int n = 0;

    for (size_t fed = 0; fed < stream.len; fed += size) {
        size_t len = size < stream.len - fed ? size : stream.len - fed;
        buf_add(&in, stream.data + fed, len);
        while (take(&in, &f) == 1) {
            n++;
            CHECK(memcmp(f.bytes, stream.data + at, f.len) == 0);
            at += f.len;
        }
    }
    CHECK_EQ_INT(in.len, 0);
    if (!CHECK_EQ_INT(n, frames))
        printf("# in pieces of %zu\n", size);
    buf_finish(&in);
}

TEST(a_stream_may_be_cut_everywhere)
{
    frames = 0;
    each_vector(false, append);
    for (size_t size = 1; size <= WIRE_FRAME_MAX + 1; size++)
        cut(size);
    cut(stream.len);
    buf_finish(&stream);
}

static void cut_in_two(const char *path, const struct buf *bytes)
{
    (void)path;
    for (size_t first = 0; first < bytes->len; first++) {
        struct buf in = {0};
        struct frame f;
        buf_add(&in, bytes->data, first);
        CHECK_EQ_INT(take(&in, &f), 0);
        CHECK_EQ_INT(in.len, first);
        buf_add(&in, bytes->data + first, bytes->len - first);
        CHECK_EQ_INT(take(&in, &f), 1);
        buf_finish(&in);
    }
}

TEST(each_frame_may_be_cut_in_two_anywhere)
{
    CHECK(each_vector(false, cut_in_two) >= 30);
}

TEST(names_and_codes_of_types_belong_together)
{
    size_t n;
    const char *const *names = wire_type_names(&n);

    CHECK_EQ_INT(n, 12);
    for (size_t i = 0; i < n; i++)
        CHECK_EQ_STR(wire_type_name(wire_type_code(names[i])), names[i]);
    CHECK_EQ_INT(wire_type_code("hello"), -1);
    CHECK_EQ_INT(wire_type_code(""), -1);
    CHECK_EQ_STR(wire_type_name(99), "unknown");
}

TEST(fields_take_numbers_names_and_epochs)
{
    struct frame f;

    wire_start(&f, FRAME_ROUTE);
    CHECK_EQ_STR(wire_set(&f, "op", "DELETE"), NULL);
    CHECK_EQ_INT(wire_number(&f, "op"), OP_DELETE);
    CHECK_EQ_STR(wire_set(&f, "op", "0xff"), NULL);
    CHECK_EQ_STR(wire_check(&f, "op", "255"), NULL);
    CHECK_EQ_STR(wire_set(&f, "epoch", "7.9"), NULL);
    CHECK_EQ_INT((intmax_t)wire_number(&f, "epoch"), (intmax_t)7 << 32 | 9);
    CHECK_EQ_STR(wire_set(&f, "seq", "18446744073709551615"), NULL);
    CHECK(wire_number(&f, "seq") == UINT64_MAX);
    CHECK_EQ_STR(wire_set(&f, "length", "0"), NULL);
    CHECK_EQ_STR(wire_check(&f, "length", "0"), NULL);
    CHECK_EQ_STR(wire_set(&f, "oif", "12345678901234567890123456789012"), NULL); /* no NUL */
    CHECK_EQ_STR(wire_check(&f, "mask", "1"), "");
}

TEST(wrong_fields_and_values_say_so)
{
    struct frame f;

    wire_start(&f, FRAME_HELLO);
    CHECK(wire_set(&f, "mask", "1") != NULL); /* of another type */
    CHECK(wire_set(&f, "nonsense", "1") != NULL);
    CHECK(*wire_check(&f, "nonsense", "1") != '\0');
    CHECK(wire_set(&f, "version_min", "65536") != NULL);
    CHECK(wire_set(&f, "version_min", "-1") != NULL);
    CHECK(wire_set(&f, "version_min", "") != NULL);
    CHECK(wire_set(&f, "version_min", "1x") != NULL);
    CHECK(wire_set(&f, "version_min", "CREATE") != NULL);
    CHECK(wire_set(&f, "seq", "18446744073709551616") != NULL);
    CHECK(wire_set(&f, "epoch", "1.2.3") != NULL);
    CHECK(wire_check(&f, "version_min", "many") != NULL);
    wire_start(&f, FRAME_ROUTE);
    CHECK(wire_set(&f, "oif", "123456789012345678901234567890123") != NULL);
}

TEST(texts_take_any_bytes)
{
    struct frame f;
    struct buf text = {0};

    wire_start(&f, FRAME_ROUTE);
    CHECK_EQ_STR(wire_set_bytes(&f, "oif", "a\0\xff", 3), NULL);
    CHECK_EQ_INT(f.bytes[24 + 33 + 2], 0xff);
    CHECK_EQ_STR(wire_set_bytes(&f, "oif", "\x1b[2J", 4), NULL);
    CHECK_EQ_INT(f.bytes[24 + 33 + 4], 0);
    wire_describe(&f, &text);
    CHECK(strstr(text.data, "oif=\\x1b[2J") != NULL);
    buf_finish(&text);
    CHECK(wire_set_bytes(&f, "oif", "123456789012345678901234567890123", 33) != NULL);
    CHECK(wire_set_bytes(&f, "mask", "1", 1) != NULL);
    CHECK(wire_set_bytes(&f, "nonsense", "1", 1) != NULL);
    CHECK(wire_has_field(FRAME_ROUTE, "oif=eth0", 3));
    CHECK(wire_has_field(FRAME_ROUTE, "length", 6));
    CHECK(!wire_has_field(FRAME_HELLO, "oif", 3));
    CHECK(!wire_has_field(-1, "oif", 3));
}

TEST(a_route_survives_its_frame)
{
    struct route r, back;
    struct frame f;
    struct buf in = {0};

    CHECK_EQ_STR(route_parse("122.1.1.0/24", "10.1.1.1", "Ethernet1", &r), NULL);
    wire_start_route(&f, OP_UPDATE, &r);
    buf_add(&in, f.bytes, f.len);
    CHECK_EQ_INT(take(&in, &f), 1);
    memset(&back, 0, sizeof back);
    wire_route(&f, &back);
    CHECK(memcmp(&r, &back, sizeof r) == 0);
    wire_start(&f, FRAME_ROUTE);
    wire_set(&f, "op", "DELETE");
    wire_set(&f, "destination", "122.1.1.0");
    wire_set(&f, "mask", "24");
    wire_route(&f, &back);
    CHECK_EQ_INT(back.destination, r.destination);
    CHECK_EQ_INT(back.mask, 24);
    buf_finish(&in);
}

TEST(a_number_may_be_a_sum)
{
    static const char *const wrong[] = {"", "7+", "7+x", "7+8+9", "4294967295+1"};
    struct frame f;

    wire_start(&f, FRAME_PID);
    CHECK_EQ_STR(wire_set(&f, "pid", "2+65536"), NULL);
    CHECK_EQ_INT(wire_number(&f, "pid"), 65538);
    CHECK(wire_set(&f, "seq", "18446744073709551615+1") != NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!CHECK(wire_set(&f, "pid", wrong[i]) != NULL))
            printf("# value %s\n", wrong[i]);
}
