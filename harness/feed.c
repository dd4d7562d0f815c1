/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include "compare.h"
#include "converse.h"
#include "doing.h"
#include "refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD 65536 /* bytes of the feed that wait in the actor's input */

/* What a feed may hold, and the requirements that it be accepted and that it be refused. */
static const struct {
    enum operation op;
    const char *accepts, *refuses;
} fed[] = {
    {ASK_CREATE, "TBL-1", "TBL-7"},     {ASK_UPDATE, "TBL-2", "TBL-7"},
    {ASK_DELETE, "TBL-3", "TBL-7"},     {ASK_ARP_ADD, "ARP-1", "ARP-7"},
    {ASK_ARP_DELETE, "ARP-2", "ARP-7"}, {ASK_FLUSH, "FLU-1", "FLU-1"},
};

struct feed {
    struct buf text;
    size_t at; /* the next line to be said */
    size_t said, answered, total;
    size_t strays; /* lines that answer nothing */
    char stray[120];
    size_t doubted; /* the first of the changes that was refused, and the line may be none; or 0 */
    char doubt[200];
    struct said {
        enum operation op;
        const char *refused; /* NULL, or the refusal that the oracle gave */
        size_t at;           /* of the words in the text */
    } * lines;
};

static size_t count_lines(const struct buf *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        n += text->data[i] == '\n';
    return n;
}

/* Changes that follow each other unanswered are a line each, and each has an answer. */
static bool takes_lines(const struct program *p)
{
    for (size_t i = 0; i < LENGTH(fed); i++) {
        const struct dialogue *d = &p->ask[fed[i].op];
        if (dialogue_asks(d) && (dialogue_line(d) == NULL || d->done == NULL || d->silent))
            return false;
    }
    return dialogue_asks(&p->ask[ASK_CREATE]);
}

const char *feed_lacking(const struct manifest *m)
{
    const struct limits *l = &m->limits;

    if (l->longest_oif > 0 || l->one_mask || l->no_letters)
        return "the manifest has limits on what changes hold";
    return takes_lines(&m->server) ? NULL : "its dialogues are more than a line and an answer";
}

int feed_start(struct world *w, struct actor *a, struct buf *text)
{
    const char *lacking = feed_lacking(w->manifest);
    if (lacking != NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s takes no changes one behind the other: %s",
                          a->name, lacking);
    if (a->feed != NULL || a->in < 0 || !actor_runs(a))
        return world_fail(w, VERDICT_BROKEN, "%s cannot be fed now", a->name);
    struct feed *f = x_calloc(1, sizeof *f);
    f->text = *text;
    *text = (struct buf){0};
    f->total = count_lines(&f->text);
    f->lines = x_calloc(f->total, sizeof *f->lines);
    a->feed = f;
    world_tell(w, "%s > %zu changes, one behind the other", a->name, f->total);
    return 0;
}

void feed_destroy(struct feed *f)
{
    if (f == NULL)
        return;
    buf_finish(&f->text);
    free(f->lines);
    free(f);
}

/* One line of the feed in its parts, those that the verb has. */
struct part {
    enum operation op;
    const char *first, *second, *third;
};

static struct part read_part(char *line)
{
    static const enum operation verbs[] = {ASK_CREATE, ASK_UPDATE, ASK_DELETE, ASK_FLUSH};
    char *rest = NULL, *verb = strtok_r(line, " ", &rest), none[] = "";
    bool arp = verb != NULL && strcmp(verb, "arp") == 0;
    struct part p = {.op = ASK_DELETE};

    verb = arp ? strtok_r(NULL, " ", &rest) : verb;
    verb = verb ? verb : none;
    for (size_t i = 0; i < LENGTH(verbs); i++)
        if (strcmp(verb, operation_name(verbs[i])) == 0)
            p.op = verbs[i];
    if (arp)
        p.op = strcmp(verb, "add") == 0 ? ASK_ARP_ADD : ASK_ARP_DELETE;
    const char **at[] = {&p.first, &p.second, &p.third};
    for (size_t i = 0; i < LENGTH(at); i++) {
        const char *word = strtok_r(NULL, " ", &rest);
        *at[i] = word ? word : "";
    }
    return p;
}

/* What the oracle says of it: NULL, or the kind of refusal. */
static const char *apply_arp(struct oracle *o, const struct part *p)
{
    struct neighbour n;
    const char *refused =
        neighbour_parse(p->first, p->op == ASK_ARP_ADD ? p->second : "0.0.0.0", &n);

    if (refused != NULL)
        return refused;
    return p->op == ASK_ARP_ADD ? oracle_add_neighbour(o, &n) : oracle_remove_neighbour(o, n.mac);
}

static const char *apply(struct oracle *o, const struct part *p)
{
    struct route r;
    const char *refused = NULL;

    if (p->op == ASK_ARP_ADD || p->op == ASK_ARP_DELETE)
        return apply_arp(o, p);
    if (p->op == ASK_FLUSH) {
        oracle_clear(o);
        return NULL;
    }
    if (p->op == ASK_DELETE) {
        refused = route_parse_prefix(p->first, &r);
        return refused ? refused : oracle_delete_route(o, &r);
    }
    refused = route_parse(p->first, p->second, p->third, &r);
    if (refused != NULL)
        return refused;
    return p->op == ASK_CREATE ? oracle_create_route(o, &r) : oracle_update_route(o, &r);
}

/* Puts it as the program wants to hear it. */
static void word(const struct actor *a, const struct part *p, struct buf *out)
{
    const struct values v = {.prefix = p->first,
                             .gateway = p->second,
                             .oif = p->third,
                             .mac = p->first,
                             .address = p->second};
    char *line = dialogue_fill(dialogue_line(&a->program->ask[p->op]), &v);

    buf_adds(out, line);
    free(line);
}

const char *feed_word_change(struct actor *a, char *line, struct buf *out)
{
    struct part p = read_part(line);
    const char *refused = apply(a->oracle, &p);

    word(a, &p, out);
    return refused;
}

/* Lets the oracle do the change, and says it. */
static struct said say_change(struct actor *a, char *line)
{
    struct part p = read_part(line);
    const char *refused = apply(a->oracle, &p);

    word(a, &p, &a->to_say);
    buf_adds(&a->to_say, "\n");
    return (struct said){p.op, refused, 0};
}

void feed_refill(struct actor *a)
{
    struct feed *f = a->feed;

    if (f == NULL || a->in < 0)
        return;
    while (f->at < f->text.len && a->to_say.len < AHEAD) {
        char *line = f->text.data + f->at, *end = strchr(line, '\n');
        *end = '\0';
        f->at += (size_t)(end - line) + 1;
        f->lines[f->said] = say_change(a, line);
        f->lines[f->said++].at = (size_t)(line - f->text.data);
    }
}

/* The requirement, if it was refused or accepted and should not have been. */
static const char *missed(enum operation op, bool refused)
{
    size_t i = 0;

    while (fed[i].op != op)
        i++;
    return refused ? fed[i].accepts : fed[i].refuses;
}

const struct dialogue *feed_dialogue(const struct actor *a)
{
    const struct feed *f = a->feed;

    return f->answered < f->said ? &a->program->ask[f->lines[f->answered].op] : NULL;
}

/* A line that answers nothing. The first ones stand in the transcript: what no pattern knows may be
 * answers. */
static void note_stray(struct world *w, struct actor *a, const char *line, size_t len)
{
    struct feed *f = a->feed;

    if (len == strspn(line, " \t\r") || pattern_match(a->program->prompt, line, len))
        return;
    if (f->strays == 0)
        snprintf(f->stray, sizeof f->stray, "%.*s", (int)len, line);
    converse_note_row(w, a, &f->strays, line, len);
}

/* Whose answers chapter 7 has is held to them; what others print, only their manifest knows. */
static bool is_misread(const struct world *w, const struct feed *f)
{
    return f->strays > 0 && !manifest_claims(w->manifest, "console");
}

static void fail_stray(struct world *w, const struct actor *a, const struct said *said,
                       const char *line, size_t len)
{
    world_fail(w, VERDICT_BROKEN,
               "%s said \"%.*s\" where the oracle %s, behind \"%s\", which neither done nor "
               "refused matches: it is an answer, or a notice = in [server]",
               a->name, (int)(len < 200 ? len : 200), line, said->refused ? "refuses" : "accepts",
               a->feed->stray);
}

/* The change was refused, or accepted, and should not have been. */
static int fail_answer(struct world *w, const struct actor *a, const struct feed *f, size_t change,
                       const char *line, size_t len)
{
    const struct said *said = &f->lines[change - 1];
    bool refused = said->refused == NULL;

    world_fail_for(
        w, missed(said->op, refused), "change %zu of the feed: %s said \"%.*s\"; the oracle %s%s",
        change, a->name, (int)(len < 200 ? len : 200), line,
        said->refused ? "refuses it: " : "accepts it", said->refused ? said->refused : "");
    if (refused)
        refusal_doubt(w, a);
    return -1;
}

/* A refusal that should not be, and may be none: the table decides, once all are answered. */
static bool is_doubtful(struct world *w, struct actor *a, const struct said *said, const char *line,
                        size_t len)
{
    struct feed *f = a->feed;

    if (said->refused != NULL || !refusal_is_done(w, a, said->op, line, len))
        return false;
    if (f->doubted > 0)
        return true;
    snprintf(f->doubt, sizeof f->doubt, "%.*s", (int)len, line);
    f->doubted = f->answered;
    return true;
}

static int fail_doubted(struct world *w, const struct actor *a, const struct feed *f)
{
    return fail_answer(w, a, f, f->doubted, f->doubt, strlen(f->doubt));
}

void feed_hear(struct world *w, struct actor *a, const char *line, size_t len)
{
    struct feed *f = a->feed;

    const struct dialogue *d = feed_dialogue(a);
    if (d == NULL)
        return;
    const struct said *said = &f->lines[f->answered];
    bool refused = pattern_match(d->refused, line, len);
    if (!refused && !pattern_match(d->done, line, len)) {
        note_stray(w, a, line, len);
        return;
    }
    f->answered++;
    if (!refused)
        a->accepts |= 1U << said->op;
    if (refused == (said->refused != NULL))
        return;
    if (is_misread(w, f))
        fail_stray(w, a, said, line, len);
    else if (is_doubtful(w, a, said, line, len))
        return;
    else if (f->doubted > 0) /* this may have come of it */
        fail_doubted(w, a, f);
    else
        fail_answer(w, a, f, f->answered, line, len);
}

int feed_try(struct world *w, struct actor *a, char *line)
{
    struct part p = read_part(line);
    struct ask ask = {.op = p.op,
                      .prefix = p.first,
                      .gateway = p.second,
                      .oif = p.third,
                      .mac = p.first,
                      .address = p.second};
    const char *refused = apply(a->oracle, &p);

    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (ask.silent) /* the table decides */
        return compare_server(w, a);
    if (ask.refused == (refused != NULL))
        return 0;
    if (ask.refused && refusal_may_be_none(w, a, p.op, ask.closing) &&
        refusal_is_none(w, a, p.op, ask.closing))
        return -1;
    return world_fail_for(w, missed(p.op, ask.refused), "%s said \"%s\"; the oracle %s%s", a->name,
                          ask.closing, refused ? "refuses it: " : "accepts it",
                          refused ? refused : "");
}

unsigned feed_share(const struct actor *a)
{
    const struct feed *f = a->feed;

    return f == NULL || f->total == 0 ? 100 : (unsigned)(f->answered * 100 / f->total);
}

static int fail_unanswered(struct world *w, const struct actor *a)
{
    const struct feed *f = a->feed;

    if (f->doubted > 0)
        return fail_doubted(w, a, f);
    if (is_misread(w, f))
        return world_timeout_broken(
            w, doing_waits(a),
            "%s answered %zu of %zu changes that it was told at once, and printed \"%s\", which "
            "neither done nor refused matches",
            a->name, f->answered, f->total, f->stray);
    return world_timeout(w, "%s answered %zu of %zu changes", a->name, f->answered, f->total);
}

/* Whether the route that the doubted change makes has to be there in the end, with the rest. */
static bool has_to_stay(const struct actor *a, const struct feed *f)
{
    const struct said *said = &f->lines[f->doubted - 1];
    const char *verb = f->text.data + said->at;
    struct route r;

    return (said->op == ASK_CREATE || said->op == ASK_UPDATE) &&
           route_parse_prefix(verb + strlen(verb) + 1, &r) == NULL &&
           oracle_find(a->oracle, r.destination, r.mask) != NULL;
}

/* All is answered, and what was refused may have been made. */
static int judge_doubt(struct world *w, struct actor *a, const struct feed *f)
{
    if (has_to_stay(a, f) && refusal_is_none(w, a, f->lines[f->doubted - 1].op, f->doubt))
        return -1;
    return fail_doubted(w, a, f);
}

int feed_wait(struct world *w, struct actor *a, unsigned percent)
{
    struct feed *f = a->feed;

    if (f == NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is not being fed", a->name);
    if (a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is stopped; say \"continue %s\" first", a->name,
                          a->name);
    size_t goal = percent >= 100 ? f->total : (size_t)((double)f->total * percent / 100);
    while (f->answered < goal) {
        if (!world_goes_on(w))
            return -1;
        if (!actor_runs(a) && f->doubted > 0)
            return fail_doubted(w, a, f);
        if (!actor_runs(a))
            return world_fail(w, VERDICT_FAIL, "%s ended in the middle of %zu changes", a->name,
                              f->total);
        if (!world_wait(w))
            return fail_unanswered(w, a);
    }
    if (!world_goes_on(w))
        return -1;
    if (percent < 100)
        return 0;
    a->feed = NULL;
    int result = f->doubted > 0 ? judge_doubt(w, a, f) : 0;
    if (result == 0)
        world_tell(w, "%s < %zu answers as the oracle has them", a->name, f->answered);
    feed_destroy(f);
    return result;
}
