/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include "alone.h"
#include "build.h"
#include "visit.h"
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 5000

/* In the child: everything in a sandbox, as a case. */
static int visit_sandboxed(const struct options *o, const struct manifest *m,
                           const struct requirements *q, const char *dir, bool namespaces)
{
    char name[] = "doctor", none[] = "";
    struct test_case t = {.name = name, .file = none, .only = none, .values = none};
    struct sandbox s;
    struct world w;
    char *why = NULL;

    (void)o;
    t.head.deadline_ms = DEADLINE_MS;
    sandbox_init(&s, namespaces, m->root, dir, NULL);
    if (sandbox_enter(&s, &why) < 0) {
        fprintf(stderr, "rtmtest: %s\n", why);
        return EXIT_UNDECIDED;
    }
    signal(SIGPIPE, SIG_IGN);
    world_init(&w, &t, m, &s, q);
    int problems = 1;
    if (w.before.taken)
        printf("PROBLEM: %s is there, and without namespaces it is the server's too\n"
               "  change: end who has it, or remove it\n",
               manifest_place(m));
    else
        problems = visit_programs(&w);
    fflush(stdout);
    world_finish(&w);
    return problems == 0 ? EXIT_CONFORMS : EXIT_UNDECIDED;
}

/* The private directory, which the programs' user may use. */
static bool make_dir(char *dir)
{
    struct sandbox who;

    if (mkdtemp(dir) == NULL || chmod(dir, 0755) < 0)
        return false;
    sandbox_init(&who, false, "", "", NULL);
    bool fine = geteuid() != 0 || chown(dir, who.uid, who.gid) == 0;
    sandbox_finish(&who);
    return fine;
}

static int visit_in_child(const struct options *o, const struct manifest *m,
                          const struct requirements *q)
{
    char dir[] = "/tmp/rtmtest.XXXXXX", *why = o->sandbox == SANDBOX_NONE ? NULL : sandbox_try();
    bool namespaces = o->sandbox != SANDBOX_NONE && why == NULL;
    int status = 0;

    free(why);
    int alone = alone_needed(m, namespaces) ? alone_begin() : -1;
    if (!make_dir(dir)) {
        fprintf(stderr, "rtmtest: %s: %s\n", dir, strerror(errno));
        return EXIT_INTERNAL;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(visit_sandboxed(o, m, q, dir, namespaces));
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (alone >= 0)
        close(alone);
    tree_remove(dir);
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INTERNAL;
}

int doctor_run(const struct options *o, const struct requirements *q)
{
    char *path = o->iut ? x_strdup(o->iut) : share_path(o, "tests/iuts/reference.rtmi");
    struct diag d = {0};
    struct manifest *m = manifest_read(path, &d);

    if (m != NULL && o->root != NULL)
        manifest_set_root(m, o->root, &d);
    int code = diag_print(&d) ? EXIT_UNDECIDED : 0;

    char *trouble = code == 0 ? build_by(m, false, o->sandbox) : NULL;

    if (trouble != NULL) {
        build_tell(m, trouble);
        code = EXIT_UNDECIDED;
    } else if (code == 0) {
        code = visit_in_child(o, m, q);
    }
    free(trouble);
    manifest_destroy(m);
    diag_finish(&d);
    free(path);
    return code;
}
