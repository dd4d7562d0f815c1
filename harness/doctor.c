/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include "bounds.h"
#include "build.h"
#include "compare.h"
#include "probe.h"
#include "tell.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 5000

/* What is tried, and what of it went wrong so far. */
struct visit {
    struct world *w;
    size_t shown; /* moments of the transcript */
    int problems;
};

static void begin(struct visit *v, const char *format, const char *what, const char *op)
{
    static const struct step none = {0};

    world_begin_step(v->w, &none);
    v->w->step = NULL;
    printf("\n");
    printf(format, what, op);
    printf("\n");
}

/* Shows what was said since the last time. */
static void show(struct visit *v)
{
    struct world *w = v->w;
    size_t from = v->shown > w->moment_dropped ? v->shown - w->moment_dropped : 0;

    for (size_t i = from; i < w->moment_count; i++)
        if (strncmp(w->moments[i].text, "= ", 2) != 0)
            printf("    %s\n", w->moments[i].text);
    v->shown = w->moment_count + w->moment_dropped;
}

/* Ends what begin() began: fine, or what to change. */
static bool finish(struct visit *v, int result, const char *fine, const char *advice)
{
    struct world *w = v->w;
    char *message = w->outcome.message ? x_strdup(w->outcome.message) : NULL;

    if (message != NULL)
        world_forgive(w);
    show(v);
    if (result == 0 && message == NULL)
        printf("  fine: %s\n", fine);
    else
        printf("  PROBLEM: %s\n  change: %s\n", message ? message : fine, advice);
    v->problems += result != 0 || message != NULL;
    free(message);
    return result == 0;
}

/* Asks once; wanted: it has to be accepted. */
static void try(struct visit *v, struct actor *a, struct ask *ask, bool wanted)
{
    const struct dialogue *d = &a->program->ask[ask->op];
    char fine[700];

    if (!dialogue_asks(d))
        return;
    begin(v, "[%s.%s]", a->is_server ? "server" : "client", operation_name(ask->op));
    int result = actor_ask(v->w, a, ask);
    if (result == 0 && ask->refused && wanted)
        result = world_fail(v->w, VERDICT_BROKEN,
                            "\"%s\" matches refused, and nothing is wrong with "
                            "what was asked",
                            ask->closing);
    if (ask->silent)
        snprintf(fine, sizeof fine, "it said nothing of it; the table decides (silent = yes)");
    else
        snprintf(fine, sizeof fine, "\"%s\" matches %s", ask->closing,
                 ask->refused      ? "refused"
                 : d->done != NULL ? "done"
                                   : "nothing: its prompt or silence ended it");
    finish(v, result, fine,
           "the patterns expect, done and refused to what was printed above, and the order of send "
           "and expect");
}

static void try_change(struct visit *v, struct actor *s, enum operation op, const char *prefix,
                       const char *gateway, bool wanted)
{
    struct ask ask = {.op = op, .prefix = prefix, .gateway = gateway, .oif = "eth0"};

    try(v, s, &ask, wanted);
}

/* op: ASK_TABLE or ASK_ARP. */
static void try_table(struct visit *v, struct actor *a, enum operation op,
                      const struct oracle *want)
{
    begin(v, "[%s.%s]: the table that it shows", a->is_server ? "server" : "client",
          operation_name(op));
    if (a->program->ask[op].observe == OBSERVE_NONE) {
        finish(v, 0, "nothing shows it (observe = none): what looks at it will be UNSUPPORTED", "");
        return;
    }
    int result = compare_with(v->w, a, want, false, "what was created");
    if (result < 0 && v->w->outcome.detail.len > 0)
        printf("%s", v->w->outcome.detail.data);
    buf_finish(&v->w->outcome.detail);
    finish(
        v, result, "its rows are what was created",
        "row (or added, updated, deleted) to the lines above; begin, done and prompt to where the "
        "table begins and ends");
}

/* What the server sends to who connects, read as [record] says. */
static void try_record(struct visit *v, const struct actor *s, const struct oracle *want)
{
    struct world *w = v->w;

    if (w->manifest->record.line == 0)
        return;
    begin(v, "[record]%s%s", ": what the server sends to who connects", "");
    struct probe *p = probe_connect(w, "P", s->socket, NULL);
    int result = p != NULL ? tell_follow(w, p, want) : -1;
    if (p != NULL)
        probe_close(p);
    if (result < 0 && w->outcome.detail.len > 0)
        printf("%s", w->outcome.detail.data);
    buf_finish(&w->outcome.detail);
    finish(
        v, result, "it is what was created",
        "size, the offsets, widths and formats of the fields, and what stands for create, to the "
        "bytes above");
}

static struct actor *start(struct visit *v, bool server, const char *socket)
{
    struct actor *a = actor_create(v->w, server ? "S" : "A", server, socket);

    begin(v, "[%s]%s", server ? "server" : "client", " is started");
    return finish(
               v, actor_start(v->w, a), "it is ready",
               "command; ready or prompt to what was printed above; terminal = yes if nothing was")
               ? a
               : NULL;
}

static void quit(struct visit *v, struct actor *a)
{
    if (a == NULL || !actor_runs(a))
        return;
    begin(v, "[%s]%s", a->is_server ? "server" : "client", " is told to quit");
    int result = actor_quit(v->w, a);
    char *end = actor_runs(a) ? x_strdup("nothing") : actor_describe_end(a);
    if (result == 0 && !actor_ended_well(a))
        result = world_fail(v->w, VERDICT_BROKEN, "it ended with %s", end);
    finish(v, result, end, "quit, or [server.quit] and [client.quit]");
    free(end);
}

/* Those that change nothing. */
static void try_others(struct visit *v, struct actor *a)
{
    static const enum operation others[] = {ASK_LOOKUP, ASK_DIGEST, ASK_CLIENTS, ASK_STATUS,
                                            ASK_MESSAGES};

    for (size_t i = 0; i < LENGTH(others); i++) {
        struct ask ask = {.op = others[i], .address = "10.20.1.1"};
        try(v, a, &ask, true);
    }
}

/* The names of all objects, with blanks before them; the caller's. */
static char *list_objects(void)
{
    DIR *d = opendir("/dev/shm");
    struct buf names = {0};

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            buf_printf(&names, " /%s", e->d_name);
    if (d != NULL)
        closedir(d);
    return names.len ? buf_take(&names) : x_strdup(" none");
}

/* The object of an entry that the server was told of. */
static void try_object(struct visit *v, const struct neighbour *n)
{
    const struct objects *o = &v->w->manifest->objects;
    char *name = objects_name(o, n->mac), *there = list_objects(), fine[160];
    uint32_t ip = 0;

    begin(v, "[%s]: %s", "shm", name);
    char *why = objects_read(o, n->mac, &ip);
    int result = why == NULL && ip == n->ip ? 0 : -1;
    if (why != NULL)
        world_fail(v->w, VERDICT_BROKEN, "%s; the objects there:%s", why, there);
    else if (result < 0)
        world_fail(v->w, VERDICT_BROKEN, "%s holds %u.%u.%u.%u; it was told 10.1.1.1", name,
                   ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    snprintf(fine, sizeof fine, "%s holds 10.1.1.1", name);
    finish(v, result, fine,
           "name, separator and letters to the names above; value to how the address is kept "
           "there");
    free(why);
    free(there);
    free(name);
}

static void try_arp_tables(struct visit *v, struct actor *s, struct actor *a,
                           const struct ask *added)
{
    struct oracle *want = oracle_create();
    struct neighbour n;

    neighbour_parse(added->mac, added->address, &n);
    oracle_add_neighbour(want, &n);
    if (v->w->manifest->objects.per_mac)
        try_object(v, &n);
    try_table(v, s, ASK_ARP, want);
    if (a != NULL)
        try_table(v, a, ASK_ARP, want);
    oracle_destroy(want);
}

static void try_arp(struct visit *v, struct actor *s, struct actor *a)
{
    bool letters = !v->w->manifest->limits.no_letters;
    struct ask add = {.op = ASK_ARP_ADD,
                      .mac = letters ? "01:00:5e:01:01:01" : "01:00:50:01:01:01",
                      .address = "10.1.1.1"};
    struct ask remove = {.op = ASK_ARP_DELETE, .mac = add.mac};

    try(v, s, &add, true);
    if (dialogue_asks(&s->program->ask[ASK_ARP_ADD]) && manifest_claims(v->w->manifest, "mac"))
        try_arp_tables(v, s, a, &add);
    try(v, s, &remove, true);
}

static void visit(struct visit *v)
{
    char *socket = bounds_socket(v->w, "S");
    struct actor *s = start(v, true, socket), *a = s ? start(v, false, socket) : NULL;
    struct oracle *want = oracle_create();
    struct route r;

    free(socket);
    if (s != NULL) {
        try_change(v, s, ASK_CREATE, "10.20.0.0/16", "192.0.2.1", true);
        route_parse("10.20.0.0/16", "192.0.2.1", "eth0", &r);
        oracle_create_route(want, &r);
        try_table(v, s, ASK_TABLE, want);
        try_record(v, s, want);
        if (a != NULL)
            try_table(v, a, ASK_TABLE, want);
        try_change(v, s, ASK_UPDATE, "10.20.0.0/16", "192.0.2.2", true);
        try_others(v, s);
        if (a != NULL)
            try_others(v, a);
        try_change(v, s, ASK_DELETE, "10.20.0.0/16", NULL, true);
        try_arp(v, s, a);
        struct ask flush = {.op = ASK_FLUSH};
        try(v, s, &flush, true);
        try_change(v, s, ASK_DELETE, "10.30.0.0/16", NULL, false); /* there is none */
        if (!s->spent)
            try_change(v, s, ASK_CREATE, "10.30.0.0/99", "192.0.2.1", false); /* no mask */
    }
    oracle_destroy(want);
    quit(v, a);
    quit(v, s);
    printf("\n%d problem%s\n", v->problems, v->problems == 1 ? "" : "s");
}

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
    struct visit v = {.w = &w};
    visit(&v);
    fflush(stdout);
    world_finish(&w);
    if (!s.namespaces)
        sandbox_end_children();
    return v.problems == 0 ? EXIT_CONFORMS : EXIT_UNDECIDED;
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
