/* SPDX-License-Identifier: MIT
 *
 * A message of a fixed size, as the wire of many programs is: [record] of a manifest says where in
 * it each field of a change lies, and how. Pure: routes into bytes, bytes into routes.
 */
#ifndef HARNESS_RECORD_H
#define HARNESS_RECORD_H

#include "oracle.h"
#include "value.h"
#include "wire.h"

enum record_field { RECORD_OP, RECORD_DESTINATION, RECORD_MASK, RECORD_GATEWAY, RECORD_OIF };
enum {
    RECORD_FIELDS = RECORD_OIF + 1,
    RECORD_OPS = OP_DELETE + 1,
    RECORD_SIZE_MOST = 4096,
    RECORD_CODE = 65
};

/* What a message is; of the marks only op counts. */
enum record_kind { RECORD_CHANGE, RECORD_END, RECORD_FLUSH, RECORD_IGNORED, RECORD_UNKNOWN };
enum { RECORD_MARKS = RECORD_UNKNOWN };

enum record_format { RECORD_TEXT, RECORD_NETWORK, RECORD_HOST, RECORD_LITTLE, RECORD_DOTTED };

struct record {
    int line; /* of its section; 0: there is none */
    unsigned size;
    struct {
        unsigned offset, width; /* width 0: not said */
        enum record_format format;
    } field[RECORD_FIELDS];
    char *op[RECORD_OPS]; /* what stands for create, update and delete, by enum wire_op; or NULL */
    char **mark[RECORD_MARKS]; /* codes of what is no change, NULL at the end; or NULL */
};

/* A key of the section. -1 with a complaint. */
int record_set(struct record *r, const char *key, const struct value *v);
/* What the section lacks as a whole, if there is one. */
void record_check(const struct record *r, const char *file, struct diag *d);
void record_finish(struct record *r);
/* Whether both are the same message. */
bool record_same(const struct record *a, const struct record *b);

/* Writes r->size bytes. NULL, or what does not fit. */
const char *record_put(const struct record *r, enum wire_op op, const struct route *route,
                       void *bytes);
/* Writes a mark, with all but its op zero; false where the wire has none of that kind. */
bool record_put_mark(const struct record *r, enum record_kind kind, void *bytes);
/* By what stands in op, which is told in text of RECORD_CODE bytes. */
enum record_kind record_kind(const struct record *r, const void *bytes, char *code);
/* Reads a change; of a DELETE the key alone. Where create and update are one code it is OP_NONE.
 * NULL, or what is wrong with them (the caller's). */
char *record_get(const struct record *r, const void *bytes, enum wire_op *op, struct route *route);

#endif
