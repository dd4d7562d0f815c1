/* SPDX-License-Identifier: MIT */
#include "tier.h"

#include "command.h"

#include <string.h>

static const char *const names[TIER_COUNT] = {
    [TIER_CORE] = "course-core",
    [TIER_EXTENDED] = "course-extended",
    [TIER_ROBUSTNESS] = "robustness",
    [TIER_EPOCHS] = "epochs",
    [TIER_RTM1] = "rtm1",
};

/* Areas: the beginning of an id, up to its dash, or a whole id. */
static const char *const extended[] = {"ARP",   "SHM",   "REG",    "FLU", "MQ",
                                       "SES-5", "SES-8", "SES-10", NULL};
static const char *const robust[] = {"ROB", NULL}, *const of_epochs[] = {"EPO", "FLU", NULL};

const char *tier_name(enum tier t)
{
    return names[t];
}

bool tier_find(const char *name, enum tier *t)
{
    for (int i = 0; i < TIER_COUNT; i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *t = (enum tier)i;
        return true;
    }
    return false;
}

bool tiers_add(unsigned *tiers, const char *name)
{
    enum tier t;

    if (strcmp(name, "course") == 0)
        *tiers |= TIERS_COURSE;
    else if (tier_find(name, &t))
        *tiers |= 1u << t;
    else
        return false;
    return true;
}

char *tiers_names(unsigned tiers)
{
    struct buf b = {0};

    for (int i = 0; i < TIER_COUNT; i++)
        if (tiers & 1u << i)
            buf_printf(&b, "%s%s", b.len ? " " : "", names[i]);
    return tiers ? buf_take(&b) : NULL;
}

static bool lies_in(const char *id, const char *const *areas)
{
    for (; *areas != NULL; areas++) {
        size_t len = strlen(*areas);
        bool whole = strchr(*areas, '-') != NULL;
        if (strncmp(id, *areas, len) == 0 && id[len] == (whole ? '\0' : '-'))
            return true;
    }
    return false;
}

enum tier tier_of(const struct requirement *q)
{
    if (strcmp(q->origin, "rtm1") != 0)
        return lies_in(q->id, extended) ? TIER_EXTENDED : TIER_CORE;
    if (lies_in(q->id, robust))
        return TIER_ROBUSTNESS;
    return lies_in(q->id, of_epochs) ? TIER_EPOCHS : TIER_RTM1;
}

enum tier tier_of_case(const struct test_case *c)
{
    enum tier furthest = TIER_CORE;

    for (size_t i = 0; i < c->count; i++) {
        const struct step *s = &c->steps[i];
        if ((s->command->flags & EXPECT) != 0 && s->cite != NULL && tier_of(s->cite) > furthest)
            furthest = tier_of(s->cite);
    }
    return furthest;
}

/* Whether the shape of a step's command has one of these parts. */
static bool has_part(const struct test_case *c, const char *const *parts)
{
    for (size_t i = 0; i < c->count; i++)
        for (const char *const *p = parts; *p != NULL; p++)
            if (strstr(c->steps[i].command->shape, *p) != NULL)
                return true;
    return false;
}

bool tier_needs_wire(const struct test_case *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].command->flags & FRAMES)
            return true;
    return false;
}

bool tier_asks_any(const struct test_case *c)
{
    static const char *const beyond[] = {"digest", "lists",       " load", "loading", "feed",
                                         "save",   "answers",     "find",  "lookups", "in state",
                                         "tries",  "with select", "lock",  NULL};

    for (size_t i = 0; c->head.features[i] != NULL; i++)
        if (strcmp(c->head.features[i], "console") == 0 || strcmp(c->head.features[i], "net") == 0)
            return false;
    return !tier_needs_wire(c) && !has_part(c, beyond);
}

bool tiers_have(unsigned tiers, const struct test_case *c)
{
    if (tiers == 0)
        return true;
    return (tiers & 1u << tier_of_case(c)) != 0 &&
           ((tiers & 1u << TIER_RTM1) != 0 || tier_asks_any(c));
}
