/* SPDX-License-Identifier: MIT
 *
 * A process of the implementation under test: started, asked on its console, fed, signalled, ended.
 * Its console is a pair of pipes or a terminal. Questions are answered in order; an answer is the
 * lines up to one that matches the done or the refused pattern of its dialogue (converse.h).
 */
#ifndef HARNESS_ACTOR_H
#define HARNESS_ACTOR_H

#include "manifest.h"
#include "oracle.h"
#include "terminal.h"
#include "wire.h"
#include "world.h"

#include <poll.h>
#include <sys/types.h>

struct feed;
struct place;
struct view;

struct actor {
    char *name, *group; /* group: NULL, or the name that counts for it too */
    bool is_server;
    const struct program *program;
    char *socket;   /* the path it listens at, or the path or place that it connects to */
    char **places;  /* of a server: where it serves the network, NULL at the end; or NULL */
    bool is_public; /* and may do so for other machines */
    unsigned descriptors;
    char *console;                      /* a file as its standard input, or NULL */
    const struct requirement *lives_by; /* what its own end breaks, whatever the step; or NULL */
    struct queue **queues;              /* queue_count of them: it is started with them */
    size_t queue_count;
    long queue_bytes; /* of RLIMIT_MSGQUEUE; 0: that of the suite */
    mode_t umask;
    bool select;    /* it is to wait with select(2) */
    unsigned taken; /* descriptors that it has from the start */
    bool held_back; /* it runs on the suite's processor while the suite waits */
    char **faults;  /* system calls that fail (fault.h), NULL at the end; or NULL */

    int64_t started_us;
    pid_t pid; /* 0 once it was waited for */
    pid_t last_pid;
    int pidfd, in, out, err;
    int status; /* of waitpid(2), once pid is 0 */
    bool ready, stopped, expected_to_end, killed;
    bool bound; /* of a server: its socket was there when it was ready */
    size_t descriptors_at_ready;
    long marked_kib; /* its memory when it was marked; 0: it was not */

    struct buf to_say, heard, complaint; /* standard input, output, error */
    enum escaping escaping;              /* of the output, on a terminal */
    int64_t heard_ms, longest_gap_ms;    /* of quiet.h: its last sign, its longest pause so far */
    char prompt_tail[16]; /* how a prompt ends, if prompt = matches the whole of one, or "" */
    bool behind_prompt;   /* it prints what answers a question there, too */
    struct {
        bool seen; /* asleep, in this call, in the pause that lasts */
        bool marked;
        int64_t own_ms, longest_ms; /* before it was marked, and since */
        char call[160], longest_call[160];
    } stall;                                /* of stall.h */
    char last_told[100], last_printed[100]; /* lines; printed: since it was told something */
    size_t unasked;        /* bytes of lines that answered nothing, since its start */
    size_t noticed;        /* of them, notices within the step of idle_step_us */
    size_t idle;           /* bytes of lines that answered nothing in the step that */
    int64_t idle_step_us;  /* began then */
    bool spent;            /* a refusal left it in a state of no use */
    struct oracle *before; /* its table then, or NULL: a fresh process gets it */
    struct arp *found;     /* objects of MACs that were there before a server, or NULL */
    struct view *routes_view, *arp_view; /* of tables that it shows by itself, or NULL */
    struct buf
        said; /* the lines of standard output but the rows of answers, from the first start on */
    struct buf complaints; /* the lines of standard error, from the first start on */
    size_t scanned;        /* bytes of heard that hold no line end */
    struct ask *asking;
    unsigned accepts; /* the operations of which it has accepted one, from its first start on, a bit
                       * each */
    bool loading;     /* the answer of a load is still to come, whatever is asked meanwhile */
    bool load_refused;
    int64_t load_us; /* while it runs: when it was sent; then: how long it took */
    struct feed *feed;
    struct oracle *oracle; /* of servers: what its table has to be */
    size_t shown;          /* of clients: the state of the server's history that it showed last */
    bool settled;          /* of clients: this process has shown the server's table */
    struct {
        char *name; /* of the shared memory object that a step saw last, or NULL */
        dev_t device;
        ino_t inode;
        uint64_t epoch; /* that its server named then */
        off_t size;
        uint8_t header[WIRE_SHM_HEADER_SIZE];
        int64_t hot;          /* the slot that a feed writes again and again, or -1 */
        struct place *places; /* of the live entries, place_count of them, by MAC */
        size_t place_count;
        int held; /* a descriptor with a lock of the suite on it, or -1 */
    } shm;
};

/* One question. Zero all but the inputs. */
struct ask {
    enum operation op;
    const char *line;        /* of ASK_LINE */
    const struct buf *bytes; /* what is said instead of the dialogue's line, or NULL */
    const char *prefix, *gateway, *oif, *address, *mac, *file; /* what stands for {prefix} ... */
    /* Each line of the answer, the last one too: whether it may stand there. May be NULL. */
    bool (*row)(void *ctx, const char *line, size_t len);
    /* Each line that notice takes while the answer lasts, and those behind it. May be NULL. */
    void (*beside)(void *ctx, bool behind, const char *line, size_t len);
    void *ctx;   /* of both */
    size_t more; /* so many closing lines come before the last one: the line holds several */

    size_t move;     /* of the dialogue, the next one */
    size_t heard;    /* bytes of lines so far */
    size_t rows;     /* heard so far, where nothing but a prompt ends them */
    size_t shown;    /* lines of a table, of which the transcript has the first */
    bool recovering; /* the moves are those of [recover] */
    bool settled;    /* the outcome is known */
    bool followed;   /* it has printed what a move expects */
    bool back;       /* at its prompt, */
    bool over;       /* with no move left */
    bool cut;        /* it has paused within a notice behind its prompt */
    char front[128]; /* what ends the table and stood in front of that, on its line, or "" */
    bool answered, refused;
    char noticed[120]; /* a line that notice takes and that would end the answer, or "" */
    size_t strays;     /* lines of the answer that are no rows */
    char stray[120];   /* the first of them */
    bool silent;       /* nothing was said of it: the table decides */
    char closing[512]; /* the line that ended the answer */
};

/* A socket that is no path makes a client one of the network. */
struct actor *actor_create(struct world *w, const char *name, bool is_server, const char *socket);
void actor_destroy(struct actor *a);

/* Starts the program and waits until it is ready. 0, or -1 after world_fail(). */
int actor_start(struct world *w, struct actor *a);
/* Asks and waits for the answer; 0 (a refusal too), or -1 after world_fail(). */
int actor_ask(struct world *w, struct actor *a, struct ask *ask);
/* Only sends it, with other questions to follow behind; actor_hear() of the answer is the caller's.
 */
int actor_send(struct world *w, struct actor *a, struct ask *ask);
/* Hears nothing more of it. */
void actor_end_output(struct actor *a);
/* Ends its standard input. */
void actor_end_console(struct actor *a);

bool actor_runs(const struct actor *a);
/* Sends a signal through the pidfd; waits for STOP to have stopped it. */
int actor_signal(struct world *w, struct actor *a, int signal);
/* Waits for its end. */
int actor_wait_end(struct world *w, struct actor *a);
/* Ends it in the manifest's way, and waits. */
int actor_quit(struct world *w, struct actor *a);
/* Whether its standard error holds the text. */
bool actor_complained(const struct actor *a, const char *text);
/* Whether a line of its output holds the text, answers' rows excepted, or of its standard error. */
bool actor_said(const struct actor *a, const char *text);
/* In how many of those lines the text is. */
size_t actor_count_said(const struct actor *a, const char *text);
/* Whether the end behind its quit was a good one: status 0, or where the IUT does not claim to be
 * tidy any but a crash. */
bool actor_ended_well(const struct actor *a);
/* "exit status 3" or "signal 11 (SIGSEGV: Segmentation fault)", of one that ended. */
char *actor_describe_end(const struct actor *a);

/* Open descriptors of the process, from its /proc; 0 if they can't be read. */
size_t actor_descriptors(const struct actor *a);

/* ROB-8: waits until a server without clients holds no more descriptors than when it was ready. */
int actor_check_descriptors(struct world *w, struct actor *s);

/* For world_wait(): what to poll, and what came of it. */
size_t actor_poll(struct actor *a, struct pollfd *out);
void actor_handle(struct world *w, struct actor *a, int fd, short events);

#endif
