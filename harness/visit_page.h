/* SPDX-License-Identifier: MIT
 *
 * The doctor makes a table of 26 routes, more than most pages have rows.
 */
#ifndef HARNESS_VISIT_PAGE_H
#define HARNESS_VISIT_PAGE_H

#include "visit_step.h"

/* In lines that follow each other unanswered where the manifest allows it, else one by one. Whether
 * they are there; if not, it was told. */
bool visit_create_page(struct visit *v);

#endif
