/* SPDX-License-Identifier: MIT */
/* Who gets the signal: a registered process ends, and its pid goes to a stranger; another lies about it.
 *
 * Pid 7 belongs to the client, then to nobody, then perhaps to the stranger, for whom SIGUSR1 is fatal. The
 * client makes two connections one after the other, the liar a third, and says there that its pid is 7.
 *   HANDLE       what the server signals through: 0 the pid, by kill(2); 1 a pidfd opened from the pid;
 *                2 the same, kept only if the peer has not hung up by then (the default); 3 the same with
 *                the look at the peer before; 4 the pidfd that the kernel has for the peer
 *   NO_CHECK     the pid is not compared with that of the peer as the kernel names it
 *   NO_DROP      1 BYE, 2 the end of file leaves the registration
 *   BY_PID       the registry is keyed by pid, not by connection
 */
#ifndef HANDLE
#define HANDLE 2
#endif
#ifndef NO_DROP
#define NO_DROP 0
#endif
#define FLUSHES 2
#define CONNECTIONS 3
#define LIARS 2 /* connection */

mtype = { CLIENT, STRANGER, LIAR, PID, BYE };

/* The kernel. */
mtype owner = CLIENT;           /* of pid 7, 0 for nobody */
mtype peer[CONNECTIONS];        /* the process behind a connection */
bit credential[CONNECTIONS];    /* SO_PEERCRED has named pid 7 */
bit hung_up[CONNECTIONS];
chan stream[CONNECTIONS] = [3] of { mtype };

/* The server. For each connection whom a signal goes to; with HANDLE 0 any value stands for pid 7. */
mtype handle[CONNECTIONS];
bit heard_end[CONNECTIONS], heard_bye[CONNECTIONS];
byte flushes;

bit claims[CONNECTIONS]; /* the peer asked to be registered and has not left */

bool right_addressee = true, farewell = true, registration = true;

inline connect(c, who, is_seven) {
    d_step { peer[c] = who; credential[c] = is_seven; printf("%e: opens connection %d\n", who, c) }
}

inline say_pid(c) {
    d_step { stream[c]!PID; claims[c] = (peer[c] == CLIENT); printf("%e: says on connection %d: pid 7\n", peer[c], c) }
}

inline say_bye(c) {
    d_step { stream[c]!BYE; claims[c] = 0; printf("%e: says BYE on connection %d\n", peer[c], c) }
}

inline hang_up(c) {
    d_step { hung_up[c] = 1; claims[c] = 0; printf("%e: closes connection %d\n", peer[c], c) }
}

inline end_process() {
    d_step { hung_up[i] = 1; claims[i] = 0; owner = 0; printf("CLIENT: ends\n") }
}

proctype client() {
    byte i;
    do
    :: i < LIARS ->
        connect(i, CLIENT, 1);
        if
        :: say_pid(i)
        :: skip
        fi;
        if
        :: say_bye(i)
        :: skip
        fi;
        if
        :: hang_up(i); i++
        :: end_process(); break
        :: break /* it stays */
        fi
    :: else -> break
    od
}

proctype stranger() {
end:
    d_step { owner == 0 -> owner = STRANGER; printf("STRANGER: is given pid 7\n") }
}

proctype liar() {
    connect(LIARS, LIAR, 0);
    say_pid(LIARS)
}

inline drop(c) {
#ifdef BY_PID
    handle[0] = 0; handle[1] = 0; handle[2] = 0
#else
    handle[c] = 0
#endif
}

#ifdef NO_CHECK
#define BELIEVED(c) true
#else
#define BELIEVED(c) credential[c]
#endif

/* S9, a step for each system call. */
inline register(c) {
#if HANDLE == 4
    handle[c] = peer[c]
#elif HANDLE == 3
    alive = !hung_up[c];
    if
    :: alive -> handle[c] = owner
    :: else
    fi;
    alive = 0
#elif HANDLE == 2
    opened = owner;
    if
    :: !hung_up[c] -> handle[c] = opened
    :: else
    fi;
    opened = 0
#else
    handle[c] = owner
#endif
}

#if HANDLE == 0
#define TARGET(c) owner
#else
#define TARGET(c) (owner == handle[c] -> owner : (handle[c] == LIAR -> LIAR : 0))
#endif

/* One connection. The server has one thread: `working` is its turn. */
bit working;

proctype serve(byte c) {
    mtype opened;
    bit alive;
end:
    do
    :: d_step { !working && stream[c]?[BYE] -> stream[c]?BYE; heard_bye[c] = 1;
#if NO_DROP != 1
        drop(c);
#endif
        printf("server: reads BYE on connection %d\n", c) }
    :: d_step { !working && stream[c]?[PID] -> stream[c]?PID; working = 1 }
        if
        :: BELIEVED(c) -> register(c)
        :: else
        fi;
        d_step { working = 0; printf("server: has read PID on connection %d\n", c) }
    :: d_step { !working && hung_up[c] && !heard_end[c] && empty(stream[c]) -> heard_end[c] = 1;
#if NO_DROP != 2
        drop(c);
#endif
        printf("server: reads the end of connection %d\n", c) }
    od
}

inline signal(c) {
    if
    :: handle[c] != 0 && TARGET(c) != 0 ->
        printf("server: signals %e, for connection %d\n", TARGET(c), c);
        right_addressee = TARGET(c) == peer[c];
        assert(right_addressee);
        farewell = !heard_bye[c] && !heard_end[c];
        assert(farewell)
    :: else
    fi
}

proctype flush() {
end:
    do
    :: d_step { !working && flushes < FLUSHES -> flushes++; signal(0); signal(1); signal(2) }
    od
}

proctype monitor() {
end:
    do
    :: atomic { timeout ->
        registration = (!claims[0] || handle[0]) && (!claims[1] || handle[1]);
        assert(registration);
        break }
    :: false
    od
}

init {
    atomic {
        run client();
        run stranger();
        run liar();
        run serve(0);
        run serve(1);
        run serve(LIARS);
        run flush();
        run monitor()
    }
}
