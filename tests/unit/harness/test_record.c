/* SPDX-License-Identifier: MIT */
/*
 * Messages of a fixed size: the slides' own struct as the compiler lays it out, numbers in each
 * order, and what cannot be read.
 */
#include "scratch.h"

#include "manifest.h"

#define HEAD                                                                            \
    "[iut]\nname = An\nfeatures = routes\nwire = own\n[server]\ncommand = s {socket}\n" \
    "quit = say q\n[server.table]\nsend = t\n"                                          \
    "row = \"(?<dest>.)(?<mask>.)(?<gateway>.)(?<oif>.)\"\n[record]\n"
#define CODES "create = 0\nupdate = 1\ndelete = 2\n"

/* Of the slides. */
typedef enum { CREATE, UPDATE, DELETE } OPCODE;
typedef struct {
    char destination[16];
    char mask;
    char gateway_ip[16];
    char oif[32];
} msg_body_t;
typedef struct {
    OPCODE op_code;
    msg_body_t msg_body;
} sync_msg_t;

static struct diag told;

/* The manifest with that section; NULL with complaints in told. */
static struct manifest *read_section(const char *text)
{
    char *whole = x_printf("%s%s", HEAD, text);

    told = (struct diag){0};
    scratch_begin();
    char *path = scratch_file("m.rtmi", whole);
    struct manifest *m = manifest_read(path, &told);
    free(path);
    free(whole);
    scratch_end();
    return m;
}

static void read_route(const char *prefix, const char *gateway, const char *oif, struct route *r)
{
    CHECK(route_parse(prefix, gateway, oif, r) == NULL);
}

TEST(the_struct_of_the_slides_is_read_and_written)
{
    struct manifest *m = read_section("size = 72\nop = 0 4 host\n" CODES
                                      "destination = 4 16 text\nmask = 20 1 host\n"
                                      "gateway = 21 16 text\noif = 37 32 text\n");
    sync_msg_t message = {UPDATE, {"122.1.1.0", 24, "10.1.1.1", "Ethernet1"}}, written;
    struct route r = {0}, back = {0};
    enum wire_op op;

    if (!CHECK(m != NULL))
        return;
    CHECK_EQ_INT(sizeof message, 72);
    strcpy(message.msg_body.oif + 12, "residue"); /* behind the NUL: nothing of it is read */
    CHECK(record_get(&m->record, &message, &op, &r) == NULL);
    CHECK_EQ_INT(op, OP_UPDATE);
    read_route("122.1.1.0/24", "10.1.1.1", "Ethernet1", &back);
    CHECK_EQ_INT(r.destination, back.destination);
    CHECK_EQ_INT(r.gateway, back.gateway);
    CHECK_EQ_INT(r.mask, 24);
    CHECK_EQ_STR(r.oif, "Ethernet1");
    CHECK(record_put(&m->record, OP_DELETE, &back, &written) == NULL);
    CHECK_EQ_INT(written.op_code, DELETE);
    CHECK_EQ_STR(written.msg_body.destination, "122.1.1.0");
    CHECK_EQ_INT(written.msg_body.mask, 24);
    CHECK_EQ_STR(written.msg_body.gateway_ip, "");
    manifest_destroy(m);
}

TEST(numbers_of_each_order_and_codes_of_text)
{
    struct manifest *m = read_section("size = 20\nop = 0 1 text\ncreate = C\nupdate = U\n"
                                      "delete = D\ndestination = 1 4 network\nmask = 5 2 text\n"
                                      "gateway = 7 4 little\noif = 11 9 text\n");
    static const uint8_t want[20] = "C\x0a\x01\x02\0"
                                    "24"
                                    "\x04\x03\x02\x01"
                                    "Ethernet1";
    uint8_t bytes[20];
    struct route r = {0}, back = {0};
    enum wire_op op;

    if (!CHECK(m != NULL))
        return;
    read_route("10.1.2.0/24", "1.2.3.4", "Ethernet1", &r);
    CHECK(record_put(&m->record, OP_CREATE, &r, bytes) == NULL);
    CHECK(memcmp(bytes, want, sizeof bytes) == 0);
    CHECK(record_get(&m->record, bytes, &op, &back) == NULL);
    CHECK_EQ_INT(op, OP_CREATE);
    CHECK_EQ_INT(back.destination, r.destination);
    CHECK_EQ_INT(back.gateway, r.gateway);
    CHECK_EQ_STR(back.oif, "Ethernet1"); /* it fills its field */
    read_route("10.1.2.0/24", "1.2.3.4", "Ethernet10", &r);
    CHECK_EQ_STR(record_put(&m->record, OP_CREATE, &r, bytes),
                 "a text that is longer than its field");
    manifest_destroy(m);
}

static void check_wrong(const struct record *r, sync_msg_t message, const char *want)
{
    enum wire_op op;
    struct route route;
    char *wrong = record_get(r, &message, &op, &route);

    CHECK_EQ_STR(wrong ? wrong : "nothing", want);
    free(wrong);
}

TEST(what_cannot_be_says_why)
{
    struct manifest *m = read_section("size = 72\nop = 0 4 network\n" CODES
                                      "destination = 4 16 text\nmask = 20 1 host\n"
                                      "gateway = 21 16 text\noif = 37 32 text\n");

    if (!CHECK(m != NULL))
        return;
    check_wrong(&m->record, (sync_msg_t){UPDATE, {"10.0.0.0", 8, "1.1.1.1", "e"}},
                "op is 16777216, no change");
    check_wrong(&m->record, (sync_msg_t){CREATE, {"10.0.0", 8, "1.1.1.1", "e"}},
                "no address that chapter 1 knows: 10.0.0/8 1.1.1.1 e");
    check_wrong(&m->record, (sync_msg_t){CREATE, {"10.0.0.0", 33, "1.1.1.1", "e"}},
                "no mask that chapter 1 knows: 10.0.0.0/33 1.1.1.1 e");
    manifest_destroy(m);
}

TEST(one_code_for_create_and_update_is_either)
{
    struct manifest *m =
        read_section("size = 72\nop = 0 4 host\ncreate = 1\nupdate = 1\ndelete = 2\n"
                     "destination = 4 16 text\nmask = 20 1 host\n"
                     "gateway = 21 16 text\noif = 37 32 text\n");
    sync_msg_t message = {UPDATE, {"10.0.0.0", 8, "1.1.1.1", "e"}};
    struct route r;
    enum wire_op op = OP_DELETE;

    if (!CHECK(m != NULL))
        return;
    CHECK(record_get(&m->record, &message, &op, &r) == NULL);
    CHECK_EQ_INT(op, OP_NONE);
    manifest_destroy(m);
}

static void check_told(const char *section, const char *want)
{
    struct manifest *m = read_section(section);
    char *text = m == NULL ? scratch_complaints(&told) : x_strdup("nothing");

    CHECK_EQ_STR(text, want);
    free(text);
    manifest_destroy(m);
    diag_finish(&told);
}

TEST(what_is_wrong_with_the_section_is_located)
{
    check_told("size = 72\nop = 0 4 host\n" CODES "destination = 4 16 text\nmask = 16 1 host\n"
               "gateway = 21 16 text\noif = 60 32 text\n",
               "m.rtmi:11:1: [record] destination and mask overlap\n"
               "m.rtmi:11:1: [record] oif ends at 92, behind its size of 72 bytes\n");
    check_told("size = 72\nop = 0 4 host\ncreate = 0\nupdate = 1\ndestination = 4 16 text\n"
               "mask = 20 1 host\ngateway = 21 16 text\n",
               "m.rtmi:11:1: [record] has no delete: what stands in op for it\n"
               "m.rtmi:11:1: [record] has no oif: expected OFFSET WIDTH FORMAT\n");
}

#define FIELDS "destination = 4 16 text\nmask = 20 1 host\ngateway = 21 16 text\noif = 37 32 text\n"

TEST(codes_that_op_cannot_hold_are_located)
{
    check_told("size = 72\nop = 0 1 host\ncreate = add\nupdate = 256\ndelete = 2\n" FIELDS,
               "m.rtmi:11:1: [record] create = add is no number, and op is one\n"
               "m.rtmi:11:1: [record] update = 256 is larger than op\n");
    check_told("size = 72\nop = 0 4 text\ncreate = C\nupdate = U\ndelete = DELETE\n" FIELDS,
               "m.rtmi:11:1: [record] delete = DELETE is longer than op\n");
    check_told("size = 72\nop = 0 4 host\ncreate = 0\nupdate = 2\ndelete = 0x2\n" FIELDS,
               "m.rtmi:11:1: [record] delete is the code of update, too\n");
}

TEST(marks_are_no_changes)
{
    struct manifest *m = read_section("size = 48\nop = 0 1 text\ncreate = \"+\"\nupdate = \"~\"\n"
                                      "delete = \"-\"\nend = \"=\"\nflush = \"!\" X\nignore = h\n"
                                      "mask = 1 1 host\ndestination = 4 4 network\n"
                                      "gateway = 8 4 network\noif = 16 32 text\n");
    static const struct {
        char code;
        enum record_kind kind;
    } rows[] = {{'+', RECORD_CHANGE},  {'~', RECORD_CHANGE},  {'-', RECORD_CHANGE},
                {'=', RECORD_END},     {'!', RECORD_FLUSH},   {'X', RECORD_FLUSH},
                {'h', RECORD_IGNORED}, {'?', RECORD_UNKNOWN}, {0, RECORD_UNKNOWN}};
    char bytes[48] = "", code[RECORD_CODE];

    if (!CHECK(m != NULL))
        return;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        bytes[0] = rows[i].code;
        CHECK_EQ_INT(record_kind(&m->record, bytes, code), rows[i].kind);
        CHECK_EQ_INT(code[0], rows[i].code);
    }
    memset(bytes, 'x', sizeof bytes);
    CHECK(record_put_mark(&m->record, RECORD_END, bytes));
    CHECK_EQ_INT(bytes[0], '=');
    CHECK_EQ_INT(bytes[47], 0);
    manifest_destroy(m);
}

TEST(a_mark_has_a_code_of_its_own)
{
    check_told("size = 72\nop = 0 4 host\n" CODES "end = 3\nflush = 2\nignore = 7 x 3\n" FIELDS,
               "m.rtmi:11:1: [record] ignore = x is no number, and op is one\n");
    check_told("size = 72\nop = 0 4 host\n" CODES "end = 3\nflush = 2\nignore = 7 3\n" FIELDS,
               "m.rtmi:11:1: [record] flush is the code of delete, too\n"
               "m.rtmi:11:1: [record] ignore is the code of end, too\n");
}

TEST(a_mask_may_be_a_dotted_quad)
{
    struct manifest *m = read_section("size = 57\nop = 0 1 text\ncreate = C\nupdate = U\n"
                                      "delete = D\ndestination = 1 16 text\nmask = 17 16 dotted\n"
                                      "gateway = 33 16 text\noif = 49 8 text\n");
    uint8_t bytes[57];
    struct route r = {0}, back = {0};
    enum wire_op op;
    char *wrong;

    if (!CHECK(m != NULL))
        return;
    read_route("10.20.0.0/16", "1.2.3.4", "eth0", &r);
    CHECK(record_put(&m->record, OP_CREATE, &r, bytes) == NULL);
    CHECK_EQ_STR((char *)bytes + 17, "255.255.0.0");
    CHECK(record_get(&m->record, bytes, &op, &back) == NULL);
    CHECK_EQ_INT(back.mask, 16);
    strcpy((char *)bytes + 17, "255.0.255.0");
    CHECK_EQ_STR(wrong = record_get(&m->record, bytes, &op, &back),
                 "its mask is \"255.0.255.0\", which has holes (TBL-12)");
    free(wrong);
    strcpy((char *)bytes + 17, "16");
    CHECK_EQ_STR(wrong = record_get(&m->record, bytes, &op, &back),
                 "its mask is \"16\"; for that its format is text");
    free(wrong);
    m->record.field[RECORD_MASK].format = RECORD_TEXT;
    CHECK(record_get(&m->record, bytes, &op, &back) == NULL);
    strcpy((char *)bytes + 17, "255.255.0.0");
    CHECK_EQ_STR(wrong = record_get(&m->record, bytes, &op, &back),
                 "its mask is \"255.255.0.0\"; for that its format is dotted");
    free(wrong);
    manifest_destroy(m);
    check_told("size = 72\nop = 0 4 host\n" CODES "gateway = 21 16 text\noif = 37 32 text\n"
               "mask = 20 1 host\ndestination = 4 16 dotted\n",
               "m.rtmi:20:20: only a mask is dotted; an address as a text is text\n");
}
