/* SPDX-License-Identifier: MIT
 *
 * Where a case runs: in namespaces of its own (user where the caller is not root, mount, ipc, pid,
 * net), everything read-only but its private directories, a private /dev with /dev/shm and
 * /dev/mqueue, its own /proc, lo up. Nobody needs to be root for it, but the kernel or a container
 * may forbid it: then cases run without, in a private directory, and the report says so.
 * Sources: namespaces(7), user_namespaces(7), mount_setattr(2), pid_namespaces(7).
 */
#ifndef HARNESS_SANDBOX_H
#define HARNESS_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#define SANDBOX_ANOTHER_USER 65533   /* neither root nor an actor */
#define SANDBOX_LITTLE "/tmp/little" /* with namespaces: 64 KiB for actors to fill */

struct sandbox {
    bool namespaces; /* false: the marked fallback */
    uid_t uid;       /* who an actor is: never root */
    gid_t gid;
    char *root;  /* where the IUT lies, as the case sees it */
    char *other; /* where another program beside it lies; NULL: there too */
    char *dir;   /* the private directory, as the case sees it */
    char *data;  /* data files, as the case sees them; NULL if there are none */
};

/* Whether actors can go to that directory of the host, where no namespaces show it to them. True
 * where they are of the caller's user, and where that cannot be tried. */
bool sandbox_reaches(const char *directory);
/* Tries a complete set-up in a child process. NULL if it works, else why not (the caller's). */
char *sandbox_try(void);

/* In every sandbox entered from now on, with namespaces, an empty directory stands there. */
void sandbox_hide(const char *directory);

/* Fills who and where for the fallback or, before sandbox_enter(), for namespaces. The paths are
 * the host's; data may be NULL. */
void sandbox_init(struct sandbox *s, bool namespaces, const char *root, const char *dir,
                  const char *data);
/* A user of their own for the actors of that number, where the caller is root and there are
 * namespaces: what a user may have (processes, queues, signals that wait) is counted on the whole
 * machine. Before sandbox_enter(). */
void sandbox_own_user(struct sandbox *s, unsigned number);
/* Another root, before sandbox_enter(). NULL: none. */
void sandbox_show_other(struct sandbox *s, const char *root);
void sandbox_finish(struct sandbox *s);

/* Whose objects of shared memory are the case's: its actors', or with namespaces anyone's, for all
 * are (OBJECTS_OF_ANYONE). */
uid_t sandbox_owner(const struct sandbox *s);

/* Takes lo of the case's own network down, or brings it up again: whatever is on its way there is
 * lost. Only with namespaces. -1 with errno. */
int sandbox_set_loopback(bool up);

/* Called in a fresh child of the suite. Returns 0 in the process that is to run the case: with
 * namespaces a child, whose parent waits and passes its status on. -1: *why says what failed. */
int sandbox_enter(struct sandbox *s, char **why);

/* From here on orphaned descendants become children of the calling process. */
void sandbox_adopt_orphans(void);
/* One of those, or 0. */
pid_t sandbox_find_child(void);
/* Kills and reaps every child but those from before sandbox_adopt_orphans(). */
void sandbox_end_children(void);

/* Called in the child that is to become an actor: gives up every right but its uid's. memory: bytes
 * of address space, 0 for no limit; spare: by how many the limit of descriptors may be raised. -1
 * with errno. */
int sandbox_drop(const struct sandbox *s, unsigned long long memory, unsigned descriptors,
                 unsigned spare);

#endif
