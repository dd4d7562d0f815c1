/* SPDX-License-Identifier: MIT
 *
 * Which manifests take part in a run, as its options name them, and in which role.
 */
#ifndef HARNESS_LINEUP_H
#define HARNESS_LINEUP_H

#include "options.h"

struct lineup {
    struct manifest *own, *companion; /* companion: NULL where one manifest plays both roles */
    struct manifest *pair;            /* of both; NULL where there is no companion */
    char *trouble;                    /* why what the options name cannot be run, or NULL */
    char *server, *client;            /* the files of who plays a role but own; or NULL */
};

/* Reads what the options name. A manifest of RTM/1 without a server, or without a client, gets that
 * of the reference. Builds what a manifest has a command for. Returns the manifest to run, which
 * lasts as long as the lineup; NULL with complaints. */
const struct manifest *lineup_read(struct lineup *l, const struct options *o, struct diag *d);
void lineup_finish(struct lineup *l);

#endif
