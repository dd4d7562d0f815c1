/* SPDX-License-Identifier: MIT
 *
 * Loading a table file: its bytes are fed in slices and checked as a whole (CON-15); then its rows
 * are applied in slices, in the order of the file, as single changes (CON-14). What is still to be
 * applied can be asked for (CON-17).
 */
#ifndef CORE_LOADER_H
#define CORE_LOADER_H

#include "core/server.h"

struct loader;

/* NULL with errno. The server is the one that is loaded into. */
struct loader *loader_create(struct server *server);

/* Frees all that was staged at once. */
void loader_destroy(struct loader *loader);

/* Checks more bytes of the file; the last call has size 0. A refusal fills the reason; the row is
 * loader_line(). Nothing has been applied then. */
enum refusal loader_feed(struct loader *loader, const char *bytes, size_t size,
                         char reason[REASON_SIZE]);

/* Applies up to `rows` rows after the last feed; REFUSED_NOT also when all are applied. */
enum refusal loader_apply(struct loader *loader, uint32_t rows, char reason[REASON_SIZE]);

/* Whether a row of this prefix, or of this MAC, is still to be applied, as far as the file is read.
 */
bool loader_holds(const struct loader *loader, struct prefix prefix);
bool loader_holds_mac(const struct loader *loader, uint64_t mac);

uint32_t loader_line(const struct loader *loader);    /* the last line that was read */
uint32_t loader_rows(const struct loader *loader);    /* checked */
uint32_t loader_macs(const struct loader *loader);    /* of them ARP entries */
uint32_t loader_applied(const struct loader *loader); /* of them */

#endif
