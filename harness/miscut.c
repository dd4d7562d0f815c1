/* SPDX-License-Identifier: MIT */
#include "miscut.h"

#include "actor.h"

#include <ctype.h>
#include <string.h>

/* A blank stands in no name, and words beside one are of the line. Other signs may stand in one,
 * but no program makes a name wrong by adding only such. */
static bool is_apart(const char *shown, const char *at, size_t len)
{
    const char *behind = at + len;
    size_t more = 0;

    if ((at == shown || isspace((unsigned char)at[-1])) &&
        (*behind == '\0' || isspace((unsigned char)*behind)))
        return true;
    for (const char *c = shown; *c != '\0'; c++)
        more += (c < at || c >= behind) && isalnum((unsigned char)*c);
    return more == 0;
}

static bool holds_more(const char *shown, const char *oif)
{
    size_t len = strlen(oif);

    if (strlen(shown) == len)
        return false;
    for (const char *at = shown; (at = strstr(at, oif)) != NULL; at++)
        if (is_apart(shown, at, len))
            return true;
    return false;
}

bool miscut_is_oif(const char *shown, const char *line, const char *oif)
{
    bool part = strstr(oif, shown) != NULL && strlen(shown) < strlen(oif);

    return *oif != '\0' && ((part && strstr(line, oif) != NULL) || holds_more(shown, oif));
}

char *miscut_explain(const struct world *w)
{
    if (manifest_claims(w->manifest, "console"))
        return NULL;
    for (size_t i = 0; i < w->actor_count; i++)
        for (int op = 0; op < ASK_COUNT; op++) {
            const char *cut = dialogue_cut(&w->actors[i]->program->ask[op]);
            if (cut != NULL)
                return x_printf("in [%s.%s] %s; a group has to match the whole of a number",
                                w->actors[i]->is_server ? "server" : "client", operation_name(op),
                                cut);
        }
    return NULL;
}
