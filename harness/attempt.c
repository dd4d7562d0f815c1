/* SPDX-License-Identifier: MIT */
#include "attempt.h"

#include "failure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ATTEMPT_JOBS 4 /* most of a run that fails is waiting */

int attempt_parse(const struct attempts *t, const char *text, const char *name, struct suite *into,
                  struct diag *d)
{
    char *folder = x_printf("%s/drawn", pool_directory(t->pool));
    char *path = x_printf("%s/%s.rtm", folder, name);
    int result;

    *into = (struct suite){.wrapped = t->wrapped};
    mkdir(folder, 0755);
    if (file_write(path, text, strlen(text)) < 0)
        diag_add(d, path, 1, 1, "cannot be written");
    result = d->count > 0 ? -1 : suite_read(into, path, t->requirements, d);
    free(path);
    free(folder);
    return result;
}

struct attempt {
    struct attempts *all;
    const struct test_case *test;
    const char *class;
    int begun, times, enough;
    struct rate rate;
};

static const struct test_case *next(void *ctx)
{
    struct attempt *t = ctx;
    int left = t->times - t->rate.ran;
    bool decided = t->rate.failed >= t->enough || t->rate.failed + left < t->enough;

    if ((decided && t->enough > 0) || t->begun == t->times || now_ms() >= t->all->until_ms)
        return NULL;
    t->begun++;
    return t->test;
}

static void done(void *ctx, const struct test_case *test, json_t *event)
{
    struct attempt *t = ctx;
    char *class = failure_class(test, event);

    t->rate.ran++;
    t->rate.failed += class != NULL && strcmp(class, t->class) == 0;
    t->all->runs++;
    if (t->all->progress != NULL)
        t->all->progress(t->all->ctx);
    free(class);
}

struct rate attempt_run(struct attempts *all, const char *text, const char *class, int times,
                        int enough)
{
    struct attempt t = {.all = all, .class = class, .times = times, .enough = enough};
    struct pool_client client = {next, done, &t, ATTEMPT_JOBS};
    struct suite suite;
    struct diag d = {0};

    if (attempt_parse(all, text, "attempt", &suite, &d) == 0) {
        t.test = &suite.at[0];
        free(pool_run(all->pool, &client));
    }
    suite_finish(&suite);
    diag_finish(&d);
    return t.rate;
}
