/* SPDX-License-Identifier: MIT */
#include "platform.h"

#include "conduct.h"
#include "interrupt.h"
#include "promise.h"
#include "sandbox.h"
#include "tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define CHAPTER "0-platform"

struct platform {
    const struct options *o;
    const struct requirements *q;
    const struct promise **chosen;
    size_t n;
    struct reports reports;
    struct tally tally;
    char *dir; /* a trial's directory lies in it */
    int64_t started_us;
};

/* Whether a word of --only or --except means this check. */
static bool means(const char *word, const struct promise *p)
{
    size_t chapter = strlen(CHAPTER "/");

    if (strncmp(word, CHAPTER "/", chapter) == 0)
        word += chapter;
    return strcmp(word, p->id) == 0 || strcmp(word, CHAPTER) == 0;
}

static bool is_among(const struct promise *p, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (means(words[i], p))
            return true;
    return false;
}

/* Complains of words that mean no check; EXIT_USAGE or 0. */
static int check_words(const struct platform *p, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < promise_count; k++)
            used = used || means(words[i], &promises[k]);
        if (used)
            continue;
        const char *meant = requirement_suggest(p->q, words[i]);
        fprintf(stderr, "rtmtest: no check of the platform: %s%s%s; rtmtest --help shows how\n",
                words[i], meant && promise_find(meant) ? "; did you mean " : "",
                meant && promise_find(meant) ? meant : "");
        return EXIT_USAGE;
    }
    return 0;
}

static int choose(struct platform *p)
{
    const struct options *o = p->o;
    int code = check_words(p, o->only, o->only_n);

    if (code == 0)
        code = check_words(p, o->except, o->except_n);
    p->chosen = x_calloc(promise_count, sizeof *p->chosen);
    for (size_t i = 0; i < promise_count && code == 0; i++)
        if ((o->only_n == 0 || is_among(&promises[i], o->only, o->only_n)) &&
            !is_among(&promises[i], o->except, o->except_n))
            p->chosen[p->n++] = &promises[i];
    return code;
}

static void set_facts(json_t *e)
{
    struct utsname u;
    char *why = sandbox_try(), *sandbox, *machine, began[32];
    time_t now = time(NULL);

    sandbox = why ? x_printf("none (no namespaces: %s)", why) : x_strdup("namespaces");
    uname(&u);
    machine = x_printf("%s %s on %s", u.sysname, u.release, u.machine);
    strftime(began, sizeof began, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    event_set(e, "iut", machine);
    event_set(e, "kernel", u.release);
    event_set(e, "sandbox", sandbox);
    event_set(e, "began", began);
    free(machine);
    free(sandbox);
    free(why);
}

static void tell_start(struct platform *p)
{
    char digest[24], *repeat = x_printf("%s platform", p->o->program);
    json_t *e =
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:[], s:s, s:i, s:b}", "event", "start", "stream",
                  STREAM_VERSION, "suite", "rtmtest " SUITE_VERSION, "spec", "RTM/1", "manifest",
                  "", "features", "seed", "0", "jobs", 1, "platform", true);

    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)requirements_digest(p->q));
    event_set(e, "spec_digest", digest);
    set_facts(e);
    json_object_set_new(e, "cases", json_integer((json_int_t)p->n));
    json_object_set_new(e, "whole", json_boolean(p->n == promise_count));
    event_set(e, "repeat", repeat);
    reports_tell(&p->reports, e);
    json_decref(e);
    free(repeat);
}

static enum verdict judge(const struct finding *f, const struct requirement *q)
{
    switch (f->kept) {
    case PROMISE_KEPT:
        return VERDICT_PASS;
    case PROMISE_UNTRIED:
        return VERDICT_SKIPPED;
    case PROMISE_BROKEN:
        break;
    }
    return q->level == LEVEL_MUST ? VERDICT_FAIL : VERDICT_WEAK;
}

static void set_notes(json_t *e, const char *lines)
{
    json_t *notes = json_array();

    for (size_t len; lines != NULL && *lines != '\0'; lines += len + 1) {
        len = strcspn(lines, "\n");
        char *line = x_strndup(lines, len);
        json_array_append_new(notes, event_string(line));
        free(line);
    }
    if (json_array_size(notes) > 0)
        json_object_set(e, "notes", notes);
    json_decref(notes);
}

static json_t *event_of(const struct promise *promise, const struct requirement *q,
                        const struct finding *f)
{
    json_t *e = json_pack("{s:s, s:s+, s:s, s:s, s:s, s:s, s:[s]}", "event", "case", "case",
                          CHAPTER "/", promise->id, "only", promise->id, "title", promise->title,
                          "file", q->file, "values", "", "cites", promise->id);

    event_set(e, "verdict", verdict_name(judge(f, q)));
    event_set(e, "message", f->why);
    if (f->kept == PROMISE_BROKEN) {
        event_set(e, "id", q->id);
        event_set(e, "level", level_name(q->level));
        event_set(e, "class", q->subject);
        event_set(e, "sentence", q->sentence);
    }
    set_notes(e, f->notes.data);
    return e;
}

static void try_one(struct platform *p, const struct promise *promise)
{
    int64_t began = now_us();
    struct finding f;

    promise_try(promise, p->dir, &f);
    sandbox_end_children(); /* orphans of the trial */
    if (!interrupted()) {
        json_t *e = event_of(promise, requirement_find(p->q, promise->id), &f);
        json_object_set_new(e, "seconds", json_real((double)(now_us() - began) / 1e6));
        tally_count(&p->tally, NULL, e);
        reports_tell(&p->reports, e);
        json_decref(e);
    }
    finding_finish(&f);
}

/* What the verdicts come to; the exit code and the reason. */
static int conclude(const struct platform *p, const char **reason)
{
    const size_t *c = p->tally.counts;

    *reason = "every promise that was tried is kept";
    if (interrupted())
        *reason = "undecided: the run was interrupted";
    else if (c[VERDICT_FAIL] > 0)
        *reason = "this machine breaks promises that an RTM rests on";
    else if (c[VERDICT_PASS] + c[VERDICT_WEAK] == 0)
        *reason = "undecided: no promise was tried";
    else
        return EXIT_CONFORMS;
    return c[VERDICT_FAIL] > 0 && !interrupted() ? EXIT_FAILS : EXIT_UNDECIDED;
}

static int try_all(struct platform *p)
{
    static char *const none[] = {NULL};
    const struct manifest machine = {.features = (char **)none};
    const char *reason;

    tally_init(&p->tally, &machine);
    tell_start(p);
    for (size_t i = 0; i < p->n && !interrupted(); i++)
        try_one(p, p->chosen[i]);
    int code = conclude(p, &reason);
    json_t *end = tally_close(&p->tally, code, reason, p->started_us);
    reports_tell(&p->reports, end);
    json_decref(end);
    tally_finish(&p->tally);
    return code;
}

static int make_dir(struct platform *p)
{
    const char *tmp = getenv("TMPDIR");

    p->dir = x_printf("%s/rtmtest.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (mkdtemp(p->dir) != NULL)
        return 0;
    fprintf(stderr, "rtmtest: %s: %s; name another directory in TMPDIR\n", p->dir, strerror(errno));
    return -1;
}

/* Every check is of a requirement, or this rtmtest is not of this spec. */
static int check_spec(const struct requirements *q)
{
    for (size_t i = 0; i < promise_count; i++) {
        if (requirement_find(q, promises[i].id) != NULL)
            continue;
        fprintf(stderr,
                "rtmtest: the spec has no requirement %s; is --share that of this rtmtest?\n",
                promises[i].id);
        return EXIT_UNDECIDED;
    }
    return 0;
}

int platform_run(struct options *o, const struct requirements *q)
{
    struct platform p = {.o = o, .q = q, .started_us = now_us()};
    int code = check_spec(q);

    if (code == 0)
        code = choose(&p);
    if (code == 0 && conduct_open_reports(o, &p.reports, true) < 0)
        code = EXIT_USAGE;
    if (code == 0) {
        interrupt_watch();
        sandbox_adopt_orphans();
        code = make_dir(&p) == 0 ? try_all(&p) : EXIT_UNDECIDED;
        if (p.dir != NULL)
            tree_remove(p.dir);
    }
    if (reports_finish(&p.reports) < 0)
        code = EXIT_INTERNAL;
    free(p.dir);
    free(p.chosen);
    return code;
}
