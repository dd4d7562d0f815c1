/* SPDX-License-Identifier: MIT */
/* The server of sync.pml: its console and its deaths, and its side of each connection.
 *
 *   NO_S1        a flush lets other work of the server in between its steps
 *   NO_S3        1 no FLUSH frame, 2 only for registered clients
 *   NO_SIGNAL    no signal (S4)
 *   NO_S5        1 a change made during a walk is not sent, 2 the walk counts entries instead of keys
 *   NO_S6        a flush does not cancel a walk
 *   NO_S7        1 RESYNC drops what was not sent and begins no snapshot, 2 begins it with the epoch
 *                of the last frame that it kept
 */
#ifndef NO_S3
#define NO_S3 0
#endif
#ifndef NO_S5
#define NO_S5 0
#endif
#ifndef NO_S7
#define NO_S7 0
#endif

#ifdef NO_S1
#define READY (up)
#else
#define READY (up && step == 0)
#endif

#ifdef ALL_REGISTERED
#define MAY_FLUSH (registered[0] && registered[CLIENTS - 1])
#else
#define MAY_FLUSH true
#endif

inline record() {
    history[states] = table;
    states++
}

/* Whether a change of a key goes into the stream of connection c now. */
#if NO_S5 == 1
#define HEARS(c, key_) (walked[c] == IDLE)
#elif WALK == 2
#define HEARS(c, key_) (walked[c] == IDLE || (key_) < walked[c])
#else
#define HEARS(c, key_) true
#endif

inline publish_change(kind, key_, value_) {
    seq++;
    table = PUT(table, key_, value_);
    record();
    for (i : 0 .. CLIENTS - 1) {
        if
        :: connected[i] && HEARS(i, key_) -> stream[i]!kind, epoch, key_, value_, seq
        :: else
        fi
    }
    i = 0
}

inline change(key_) {
    d_step {
        ops++;
        version++;
        born[version] = generation;
        publish_change(SET, key_, version);
        printf("server: route %d becomes v%d\n", key_, version)
    }
}

inline remove(key_) {
    d_step {
        ops++;
        publish_change(DELETE, key_, 0);
        printf("server: deletes route %d\n", key_)
    }
}

inline queue_flush() {
    for (i : 0 .. CLIENTS - 1) {
        if
        :: connected[i] && (NO_S3 == 0 || (NO_S3 == 2 && registered[i])) -> stream[i]!FLUSH, epoch, 0, 0, seq
        :: else
        fi;
#ifndef NO_S6
        walked[i] = IDLE
#endif
    }
    i = 0
}

inline signal_all() {
    for (i : 0 .. CLIENTS - 1) {
        if
#ifndef NO_SIGNAL
        :: registered[i] || before[i] == LINGERS -> pending[i] = 1
#endif
        :: else
        fi
    }
    i = 0
}

/* The step of the flush under way that `order` names. */
inline go_on() {
    what = (step == 1 -> order / 1000 : (step == 2 -> order / 100 : (step == 3 -> order / 10 : order))) % 10;
    if
    :: what == 1 -> table = 0; record(); printf("server: flush, epoch %d: empties its table\n", epoch)
    :: what == 2 -> object[instance] = epoch; printf("server: flush, epoch %d: stands in shared memory\n", epoch)
    :: what == 3 -> queue_flush(); printf("server: flush, epoch %d: FLUSH is queued\n", epoch)
    :: what == 4 -> signal_all(); printf("server: flush, epoch %d: signals are sent\n", epoch)
    fi;
    step = (step == 4 -> 0 : step + 1);
    what = 0
}

/* What was not written yet is lost; `kept` frames have left the server. */
inline cut(c, at_least) {
    kept = len(stream[c]);
    do
    :: kept > at_least -> kept--
    :: break
    od;
    skip; /* spin lets no break lead into a d_step */
    d_step {
        n = len(stream[c]);
        for (i : 1 .. n) {
            stream[c]?kind, e, k, v, s;
            if
            :: i <= kept -> stream[c]!kind, e, k, v, s; last = e
            :: else
            fi
        }
        n = 0; i = 0; kept = 0; kind = 0; e = 0; k = 0; v = 0; s = 0
    }
}

/* A later death finds streams of an instance that died before: these are not its own to touch. */
inline die() {
    printf("server: killed\n");
    c = 0;
    do
    :: c < CLIENTS ->
        if
        :: connected[c] -> cut(c, 0); stream[c]!CLOSED, 0, 0, 0, 0
        :: else
        fi;
        d_step {
            connected[c] = 0; registered[c] = 0; sent_pid[c] = 0; before[c] = 0;
            walked[c] = IDLE;
            c++
        }
    :: else -> break
    od;
    skip;
    d_step { last = 0; c = 0; up = 0; step = 0; restarts++ }
}

inline start() {
    up = 1;
    instance++;
    epoch = FIRST(instance);
    object[instance] = epoch;
    table = 0;
    seq = 0;
    generation++;
    first_of[instance] = generation;
    record();
    printf("server: instance %d starts\n", instance)
}

proctype administer() {
    byte kept, e, k, v, s, last, c, what;
    mtype kind;
end:
    do
    :: atomic { READY && ops < OPS -> change(0) }
    :: atomic { READY && ops < OPS && GET(table, 0) -> remove(0) }
#if KEYS > 1
    :: atomic { READY && ops < OPS -> change(1) }
    :: atomic { READY && ops < OPS && GET(table, 1) -> remove(1) }
#endif
    :: d_step { up && step == 0 && ops < OPS && flushes < FLUSHES && MAY_FLUSH ->
        ops++; flushes++; seq++; epoch++; generation++;
        step = 1;
        go_on() }
    :: d_step { step > 0 -> go_on() }
#if RESTARTS > 0
    :: atomic { up && restarts < RESTARTS -> die() }
    :: d_step { !up -> start() }
#endif
    od
}

inline begin_snapshot(c, with) {
    stream[c]!BEGIN, with, 0, 0, seq;
#if WALK == 0
    for (j : 0 .. KEYS - 1) {
        if
        :: GET(table, j) -> stream[c]!SET, with, j, GET(table, j), 0
        :: else
        fi
    }
    j = 0;
    stream[c]!END, with, 0, 0, seq;
#else
    walked[c] = 0
#endif
}

inline walk(c) {
#if NO_S5 == 2
    n = 0;
    for (j : 0 .. KEYS - 1) {
        if
        :: GET(table, j) && n == walked[c] -> stream[c]!SET, epoch, j, GET(table, j), 0; n++
        :: GET(table, j) && n != walked[c] -> n++
        :: else
        fi
    }
    n = 0; j = 0;
#else
    if
    :: GET(table, walked[c]) -> stream[c]!SET, epoch, walked[c], GET(table, walked[c]), 0
    :: else
    fi;
#endif
    walked[c]++
}

#define UNREAD_WELCOME(c) (len(stream[c]) > 0 && stream[c]?[WELCOME, _, _, _, _])

/* S7: whole frames, and never the WELCOME. */
inline start_over(c) {
    printf("server: drops what client %d has not been sent, and begins anew\n", c);
    least = UNREAD_WELCOME(c);
    cut(c, least);
    d_step {
#if NO_S7 == 1
        walked[c] = IDLE;
#elif NO_S7 == 2
        begin_snapshot(c, last);
#else
        begin_snapshot(c, epoch);
#endif
        last = 0; least = 0
    }
}

proctype serve(byte c) {
    byte kept, least, e, k, v, s, last;
    mtype kind;
end:
    do
    :: d_step { READY && asks[c] ->
        asks[c] = 0; connected[c] = 1; joined[c] = instance;
        stream[c]!WELCOME, epoch, instance, 0, 0;
        begin_snapshot(c, epoch);
        printf("server: accepts client %d\n", c) }
    :: d_step { READY && connected[c] && walked[c] < KEYS -> walk(c) }
    :: d_step { READY && connected[c] && walked[c] == KEYS ->
        stream[c]!END, epoch, 0, 0, seq; walked[c] = IDLE }
#if RESYNCS > 0
    :: atomic { READY && connected[c] && resyncs < RESYNCS -> resyncs++; start_over(c) }
#endif
    :: d_step { READY && connected[c] && sent_pid[c] ->
        sent_pid[c] = 0; registered[c] = 1; registered_at[c] = epoch;
        printf("server: registers client %d\n", c) }
#if CLOSES > 0
    :: d_step { READY && before[c] == PID_UNREAD -> before[c] = LINGERS }
    :: d_step { READY && before[c] == LINGERS -> before[c] = 0 }
#endif
#if STRANGERS > 0
    :: d_step { LOCAL(c) && strangers < STRANGERS ->
        strangers++; pending[c] = 1; printf("a stranger: signals client %d\n", c) }
#endif
    od
}
