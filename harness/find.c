/* SPDX-License-Identifier: MIT */
#include "find.h"

#include "shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIRMATIONS 10
#define CONFIRM_MS 120000 /* for all of them; only a failure that hangs takes so long */

static struct find *lookup(const struct finds *all, const char *class)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->at[i].class, class) == 0)
            return &all->at[i];
    return NULL;
}

/* The lines behind the head, as people count them. */
static size_t count_steps(const char *text)
{
    const char *body = strstr(text, "\n\n");
    size_t n = 0;

    for (const char *at = body ? body + 2 : text; *at != '\0'; at++)
        n += *at == '\n';
    return n;
}

static char *repeat_command(const struct finds *all, const struct find *f)
{
    struct buf b = {0};

    buf_printf(&b, "%s --only ", all->repeat);
    buf_add_quoted(&b, f->file);
    return buf_take(&b);
}

/* What a reader has to know of the file, as comments. */
static void put_head(const struct finds *all, const struct find *f, struct buf *out)
{
    buf_printf(out, "# %s\n# %s\n", f->class, f->message);
    if (f->rate.ran > 0)
        buf_printf(out, "# %d of %d runs fail so; %zu lines of %zu\n", f->rate.failed, f->rate.ran,
                   count_steps(f->text), f->steps);
    else
        buf_printf(out, "# seen once; not run again, not made smaller\n");
    buf_printf(out, "# %s; seed %llu: %s --seed %llu\n", all->iut, (unsigned long long)f->seeds[0],
               all->made, (unsigned long long)f->seeds[0]);
    char *repeat = repeat_command(all, f);
    buf_printf(out, "# repeat: %s\n", repeat);
    if (f->rate.failed < f->rate.ran || f->rate.ran == 0)
        buf_printf(out,
                   "# a race: until it fails, in bash: for i in {1..50}; do %s || break; done\n",
                   repeat);
    free(repeat);
}

static int keep(const struct finds *all, const struct find *f)
{
    struct buf text = {0};
    int result;

    put_head(all, f, &text);
    buf_adds(&text, f->text);
    if (mkdir(all->directory, 0777) < 0 && errno != EEXIST)
        result = -1;
    else
        result = file_write(f->file, text.data, text.len);
    if (result < 0)
        fprintf(stderr, "rtmtest: %s: %s; --save names another directory\n", f->file,
                strerror(errno));
    buf_finish(&text);
    return result;
}

/* "SYN-15-seed-7.rtm": the requirement, or what became of whom. */
static char *file_name(const struct finds *all, const json_t *event, uint64_t seed)
{
    const char *id = event_text(event, "id"), *ended = event_text(event, "ended");
    const char *what = *ended != '\0' ? "ended" : *id != '\0' ? id : event_text(event, "verdict");

    return x_printf("%s/%s-seed-%llu.rtm", all->directory, what, (unsigned long long)seed);
}

const char *finds_add(struct finds *all, const char *class, uint64_t seed, const char *text,
                      const json_t *event)
{
    struct find *f = lookup(all, class);

    if (f == NULL) {
        all->at = x_realloc(all->at, (all->n + 1) * sizeof *all->at);
        f = &all->at[all->n++];
        *f = (struct find){.class = x_strdup(class),
                           .message = x_strdup(event_text(event, "message")),
                           .text = x_strdup(text),
                           .file = file_name(all, event, seed),
                           .steps = count_steps(text),
                           .seeds = {seed}};
        if (keep(all, f) < 0)
            return NULL;
    }
    if (f->times < FIND_SEEDS)
        f->seeds[f->times] = seed;
    f->times++;
    return f->file;
}

void finds_finish(struct finds *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->at[i].class);
        free(all->at[i].message);
        free(all->at[i].text);
        free(all->at[i].file);
    }
    free(all->at);
    all->at = NULL;
    all->n = 0;
}

static struct rate confirm(struct attempts *t, const char *text, const char *class)
{
    t->until_ms = now_ms() + CONFIRM_MS;
    return attempt_run(t, text, class, CONFIRMATIONS, 0);
}

int find_confirm(const struct finds *all, struct find *f, struct attempts *t)
{
    f->rate = confirm(t, f->text, f->class);
    if (f->rate.failed > 0) {
        t->until_ms = now_ms() + all->shrink_ms;
        char *smaller = shrink(t, f->text, f->class, f->rate);
        struct rate rate = confirm(t, smaller, f->class);
        free(rate.failed > 0 ? f->text : smaller);
        if (rate.failed > 0) {
            f->text = smaller;
            f->rate = rate;
        }
    }
    return keep(all, f);
}

void find_tell(const struct finds *all, const struct find *f, size_t runs, FILE *out)
{
    fprintf(out, "%s\n    %s\n    %zu of %zu runs, seed%s", f->class, f->message, f->times, runs,
            f->times > 1 ? "s" : "");
    for (size_t i = 0; i < f->times && i < FIND_SEEDS; i++)
        fprintf(out, " %llu", (unsigned long long)f->seeds[i]);
    fprintf(out, "%s\n", f->times > FIND_SEEDS ? " ..." : "");
    if (f->rate.ran > 0)
        fprintf(out, "    the first one again: %d of %d runs fail so, with %zu lines of %zu\n",
                f->rate.failed, f->rate.ran, count_steps(f->text), f->steps);
    fprintf(out, "    repeat: %s --only %s\n", all->repeat, f->file);
}
