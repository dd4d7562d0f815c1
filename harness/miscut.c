/* SPDX-License-Identifier: MIT */
#include "miscut.h"

#include "actor.h"

#include <ctype.h>
#include <string.h>

/* Whether the name stands around what was taken: it goes on in the line. */
static bool is_part(const char *line, size_t at, const char *shown, const char *oif)
{
    size_t taken = strlen(shown), len = strlen(oif),
           first = at + taken > len ? at + taken - len : 0;

    for (size_t from = first; from <= at && taken < len; from++)
        if (strncmp(line + from, oif, len) == 0)
            return true;
    return false;
}

static bool is_blank(char c)
{
    return c == '\0' || isspace((unsigned char)c);
}

/* A blank stands in no name: words beside one are of the line, and so is a sign as lists and frames
 * have it, where the name itself has none at that end. */
static bool is_apart(const char *shown, const char *at, const char *oif)
{
    const char *behind = at + strlen(oif);
    size_t before = (size_t)(at - shown), after = strlen(behind);

    if ((before == 0 || is_blank(at[-1])) && is_blank(*behind))
        return true;
    return before <= 1 && after <= 1 && isalnum((unsigned char)oif[0]) &&
           isalnum((unsigned char)behind[-1]) && (before == 0 || strchr("'\"([{<|", at[-1])) &&
           (after == 0 || strchr("'\")]}>|,;:.", *behind));
}

static bool is_more(const char *shown, const char *oif)
{
    if (strlen(shown) <= strlen(oif))
        return false;
    for (const char *at = shown; (at = strstr(at, oif)) != NULL; at++)
        if (is_apart(shown, at, oif))
            return true;
    return false;
}

bool miscut_is_oif(const char *line, size_t at, const char *shown, const char *oif)
{
    return *oif != '\0' && (is_part(line, at, shown, oif) || is_more(shown, oif));
}

bool miscut_is_beside(const char *line, const char *oif)
{
    size_t len = strlen(oif);
    bool named = false;

    for (const char *c = oif; *c != '\0'; c++)
        named = named || isalpha((unsigned char)*c);
    for (const char *at = line; named && len > 1 && (at = strstr(at, oif)) != NULL; at++)
        if ((at == line || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            return true;
    return false;
}

char *miscut_explain(const struct world *w, const struct actor *of)
{
    if (manifest_claims(w->manifest, "console"))
        return NULL;
    for (size_t i = 0; i < w->actor_count; i++)
        for (int op = 0; op < ASK_COUNT && (of == NULL || w->actors[i] == of); op++) {
            const char *cut = dialogue_cut(&w->actors[i]->program->ask[op]);
            if (cut != NULL)
                return x_printf("in [%s.%s] %s; a group has to match the whole of it",
                                w->actors[i]->is_server ? "server" : "client", operation_name(op),
                                cut);
        }
    return NULL;
}
