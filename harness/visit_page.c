/* SPDX-License-Identifier: MIT */
#include "visit_page.h"

#include "feed.h"

#include <stdio.h>

#define PAGE 26 /* routes */

static void page_route(int i, struct route *r)
{
    char prefix[24];

    snprintf(prefix, sizeof prefix, "10.40.%d.0/24", i);
    route_parse(prefix, "192.0.2.1", "eth0", r);
}

static bool create_each(struct visit *v)
{
    struct route r;
    int result = 0;

    for (int i = 0; i < PAGE && result == 0; i++) {
        page_route(i, &r);
        result = visit_create(v, &r);
        if (result == 0)
            oracle_create_route(v->want, &r);
    }
    if (result == 0) {
        visit_pass_over(v);
        return true;
    }
    visit_begin(v, "[server.create]: many routes");
    visit_finish(v, result, "",
                 "the patterns done and refused to what was printed above, and prompt", false);
    visit_start_anew(v);
    return false;
}

/* The same in lines that follow each other unanswered, as scenarios with many changes have them.
 * Whether all were answered. */
static bool create_at_once(struct visit *v)
{
    struct buf text = {0};
    struct route r[PAGE];
    char line[72];

    for (int i = 0; i < PAGE; i++) {
        page_route(i, &r[i]);
        route_format(&r[i], line);
        buf_printf(&text, "create %s\n", line);
    }
    visit_begin(v, "[server.create]: 26 lines at once");
    int result = feed_start(v->w, v->s, &text);
    if (result == 0)
        result = feed_wait(v->w, v->s, 100);
    buf_finish(&text);
    if (result == 0)
        visit_pass_over(v); /* all that clients say of it */
    if (!visit_finish(v, result, "one behind the other, and each is answered",
                      "done and refused to the lines above, prompt to what stands in front of "
                      "them; terminal = yes if it takes all that it reads for one line",
                      false)) {
        visit_start_anew(v);
        return false;
    }
    for (int i = 0; i < PAGE; i++)
        oracle_create_route(v->want, &r[i]);
    return true;
}

bool visit_create_page(struct visit *v)
{
    return (feed_lacking(v->w->manifest) == NULL && create_at_once(v)) || create_each(v);
}
