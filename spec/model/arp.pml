/* SPDX-License-Identifier: MIT */
/* The ARP table: MAC keys travel in the stream, their IPs stand in shared memory only.
 *
 * An object is a header {epoch, longest probe} and a ring of slots {lock, mac, epoch, ip}. The server is
 * the only writer, each of its stores is a step of its own. A lookup loads likewise, at any time, for any
 * key. Each instance has its own object, and the client maps the one that its connection names. An IP is
 * a number that no other add has, so that whoever finds it can be told when it was right.
 *
 * Bounds: SLOTS of an object, KEYS (all of one home, unless SPREAD), OPS, FLUSHES of these, RESTARTS.
 *   NO_A1        the key is sent before its slot is written
 *   NO_A2        DELETE is sent before the slot is freed
 *   NO_A3        1 no lock; 2 to 5 a missing fence: a store before the lock is odd, a store after it is
 *                even, a load before the first load of the lock, a load after the second; 6 a lookup
 *                waits for a locked slot without bound
 *   NO_A4        the key in the slot is not compared
 *   NO_A5        1 the epoch in the slot is not compared, 2 the same and the slots are freed after the
 *                new epoch is published, 3 a lookup ends at a slot of an older epoch
 *   NO_A7        the longest probe is raised after the key was sent
 *   NO_A8        every freed slot becomes never used, not only those at the end of a run
 *   ANY_SLOT     an add may pass over a slot that it could take
 *   KNOWN        a lookup is only of a key that the client has from the stream
 *   FRAME_FIRST  FLUSH is sent before the epoch is published
 *   KEEP_MAP     at the end of a connection the object stays mapped
 *   REUSE        a new instance clears the object of the old one, and takes it over
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef KEYS
#define KEYS 2
#endif
#ifndef OPS
#define OPS 3
#endif
#ifndef FLUSHES
#define FLUSHES 1
#endif
#ifndef RESTARTS
#define RESTARTS 0
#endif
#ifndef SPREAD
#define SPREAD 0
#endif
#ifndef NO_A3
#define NO_A3 0
#endif
#ifndef NO_A5
#define NO_A5 0
#endif

#define NEVER 0 /* used: a probe ends here */
#define FREED 9
#define NOWHERE 15
#ifdef REUSE
#define OBJECTS 1
#define OBJECT(instance_) 0
#else
#define OBJECTS (RESTARTS + 1)
#define OBJECT(instance_) (instance_)
#endif
#define HOME(key_) (((key_) - 1) * SPREAD)

mtype = { WELCOME, ADD, DELETE, FLUSH, CLOSED };
chan stream = [OPS + KEYS + 2] of { mtype, byte, byte, byte }; /* kind, epoch, key, newest version */

/* Shared memory. */
byte header[OBJECTS], longest[OBJECTS];
byte lock[OBJECTS * SLOTS], mac[OBJECTS * SLOTS], slot_epoch[OBJECTS * SLOTS], ip[OBJECTS * SLOTS];

/* The server. */
bit up = 1, connected = 1;
byte instance, epoch, ops, flushes, restarts, version;
byte place[KEYS + 1] = NOWHERE; /* probe of a key in the object */
byte i;                         /* used inside one step, and left at 0 */

/* The client: the keys it knows, the object it looks into. */
byte own, mapped = 1; /* mapped: instance + 1, or 0 */
bit has[KEYS + 1], asks;

/* What only the properties know. */
short right[OBJECTS * (KEYS + 1)]; /* bit v: version v is a right answer for the key */
bit stable[KEYS + 1];              /* the key is added and not being taken away */
byte too_old[KEYS + 1];            /* versions below it are retired, and the client has heard so */
byte retired[(RESTARTS + 1) * 4];  /* newest version at each epoch of an instance */
bit looking, must;                 /* must: this lookup has to find the key */
byte wanted, object;               /* of this lookup */
short answers;                     /* what was right at some time of this lookup */

bool right_answer = true, no_resurrection = true, found = true, bounded = true;

#define RIGHT(o_, key_) right[(o_) * (KEYS + 1) + (key_)]

inline becomes_right(key_, version_) {
    RIGHT(OBJECT(instance), key_) = RIGHT(OBJECT(instance), key_) | (1 << version_);
    if
    :: looking && wanted == key_ && object == OBJECT(instance) -> answers = answers | (1 << version_)
    :: else
    fi
}

inline disturb(key_) {
    stable[key_] = 0;
    if
    :: wanted == key_ -> must = 0
    :: else
    fi
}

#include "arp-server.pml"
#include "arp-client.pml"

/* At a standstill no lookup is stuck; and nobody else is, or he were not at his end label. */
proctype monitor() {
end:
    do
    :: atomic { timeout -> bounded = !looking; assert(bounded); break }
    :: false
    od
}

init {
    atomic {
        run server();
        run client();
        run reader();
#if RESTARTS > 0
        run crash();
#endif
        run monitor()
    }
}
