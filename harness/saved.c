/* SPDX-License-Identifier: MIT */
#include "saved.h"

#include "difference.h"
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>

/* Reads the runs that the words name; 0 or EXIT_USAGE, and then all that were read are freed. */
static int read_runs(struct stream *runs, char **words, int n)
{
    struct diag d = {0};
    bool refused;

    for (int i = 0; i < n; i++)
        stream_read(&runs[i], words[i], &d);
    refused = diag_print(&d);
    for (int i = 0; refused && i < n; i++)
        stream_finish(&runs[i]);
    diag_finish(&d);
    return refused ? EXIT_USAGE : 0;
}

static void tell_all(struct reports *reports, const struct stream *run)
{
    reports_tell(reports, run->start);
    for (size_t i = 0; i < json_array_size(run->cases); i++)
        reports_tell(reports, json_array_get(run->cases, i));
    reports_tell(reports, run->end);
}

int saved_report(int n, char **words)
{
    struct reports reports = {0};
    struct stream run;
    int code;

    if (n < 2)
        return usage("expected a format and a saved run: rtmtest report", "FORMAT[=FILE]... RUN");
    code = read_runs(&run, words + n - 1, 1);
    if (code != 0)
        return code;
    for (int i = 0; i < n - 1 && code == 0; i++)
        if (reports_add(&reports, words[i]) < 0)
            code = EXIT_USAGE;
    if (code == 0)
        tell_all(&reports, &run);
    if (reports_finish(&reports) < 0)
        code = EXIT_INTERNAL;
    stream_finish(&run);
    return code;
}

/* The exit code, if what was printed got to where it should. */
static int printed(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("rtmtest: standard output");
    return EXIT_INTERNAL;
}

int saved_diff(const struct options *o, int n, char **words)
{
    struct stream runs[2];
    struct difference d;

    if (n != 2)
        return usage("expected two saved runs: rtmtest diff", "RUN RUN");
    if (read_runs(runs, words, 2) != 0)
        return EXIT_USAGE;
    difference_find(&d, &runs[0], &runs[1]);
    if (o->json)
        difference_print_json(&d, stdout);
    else
        difference_print(&d, stdout);
    bool found = o->worse ? d.worse : d.differs;
    difference_finish(&d);
    stream_finish(&runs[0]);
    stream_finish(&runs[1]);
    return printed(found ? EXIT_FAILS : EXIT_CONFORMS);
}

int saved_baseline(int n, char **words)
{
    struct stream run;

    if (n != 1)
        return usage("expected one saved run: rtmtest baseline", "RUN");
    if (read_runs(&run, words, 1) != 0)
        return EXIT_USAGE;
    baseline_write(&run, stdout);
    stream_finish(&run);
    return printed(EXIT_CONFORMS);
}
