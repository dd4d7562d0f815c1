/* SPDX-License-Identifier: MIT */
/* A client of sync.pml.
 *
 *   NO_C1        1 frames of an older epoch are applied, 2 a newer epoch is taken without emptying
 *   NO_C2        adopting an epoch 1 leaves a snapshot under way, 2 keeps the shadow, 3 both, 4 keeps
 *                the visible table
 *   NO_C3        1 BEGIN keeps the shadow, 2 a snapshot changes the visible table in place, 3 the
 *                first value of a key in a snapshot stands
 *   NO_C4        1 END adds the shadow to the visible table, 2 END outside a snapshot counts as well
 *   NO_C5        FLUSH leaves a snapshot under way
 *   NO_C6        1 the table is shown before END, 2 it is still shown when the connection is gone
 *   NO_C7        on a signal 1 the table is emptied before the epoch is loaded, 2 the epoch is loaded
 *                before the signal is consumed, 3 any epoch but the own is adopted, 4 the table is
 *                emptied whatever the epoch, 5 signals are counted and no epoch is loaded
 *   LOAD_AGAIN   the epoch is loaded a second time after the emptying
 *   NO_C8        the handler runs between the test of a frame and its use
 *   NO_C9        the epoch is loaded in halves
 *   KEEP_EPOCH   at the end of a connection the epoch is kept
 *   KEEP_MAP     ... the object stays mapped, and signals are heeded
 *   SLOW_END     a signal may come in the midst of the end: 1 unmapped, then forgotten, 2 the reverse
 *   BY_NAME      the object is mapped before WELCOME, by a name that all instances share
 */
#ifndef NO_C1
#define NO_C1 0
#endif
#ifndef NO_C2
#define NO_C2 0
#endif
#ifndef NO_C3
#define NO_C3 0
#endif
#ifndef NO_C4
#define NO_C4 0
#endif
#ifndef NO_C6
#define NO_C6 0
#endif
#ifndef NO_C7
#define NO_C7 0
#endif
#ifndef SLOW_END
#define SLOW_END 0
#endif

/* C2: the one thing that a flush does to a client. */
inline adopt(c, newer) {
    own[c] = newer;
    learn(c, newer);
#if NO_C2 != 4
    visible[c] = 0;
#endif
#if NO_C2 != 2 && NO_C2 != 3
    shadow[c] = 0;
#endif
#if NO_C2 != 1 && NO_C2 != 3
    in_snapshot[c] = 0;
#endif
    printf("client %d: adopts epoch %d\n", c, newer)
}

inline begin(c) {
#if NO_C3 != 1
    shadow[c] = 0;
#endif
    in_snapshot[c] = 1
}

#if NO_C3 == 3
#define TAKES(c) (GET(shadow[c], k) == 0)
#else
#define TAKES(c) true
#endif

inline store(c) {
    if
    :: in_snapshot[c] && TAKES(c) ->
        shadow[c] = PUT(shadow[c], k, v);
#if NO_C3 == 2 || NO_C6 == 1
        visible[c] = PUT(visible[c], k, v);
#endif
#if NO_C6 == 1
        synchronised[c] = 1;
#endif
        skip
    :: in_snapshot[c] && !TAKES(c)
    :: !in_snapshot[c] ->
        visible[c] = PUT(visible[c], k, v);
#ifdef SEQ
        no_gap = !synchronised[c] || s == last_seq[c] + 1;
        assert(no_gap);
        last_seq[c] = s;
#endif
        skip
    fi
}

inline end_snapshot(c) {
    if
    :: in_snapshot[c] || NO_C4 == 2 ->
#if NO_C4 == 1
        visible[c] = PUT(visible[c], 0, (GET(shadow[c], 0) -> GET(shadow[c], 0) : GET(visible[c], 0)));
        visible[c] = PUT(visible[c], 1, (GET(shadow[c], 1) -> GET(shadow[c], 1) : GET(visible[c], 1)));
#else
        visible[c] = shadow[c];
#endif
#ifdef SEQ
        last_seq[c] = s;
#endif
        shadow[c] = 0; in_snapshot[c] = 0; synchronised[c] = 1
    :: else
    fi
}

inline complete_by_flush(c) {
    visible[c] = 0;
    learn(c, e);
#ifndef NO_C5
    shadow[c] = 0; in_snapshot[c] = 0;
    synchronised[c] = 1;
#endif
#ifdef SEQ
    last_seq[c] = s;
#endif
    skip
}

inline welcome(c) {
    learn(c, e);
#ifndef BY_NAME
    mapped[c] = (LOCAL(c) -> k + 1 : 0)
#endif
}

/* A frame whose epoch is that of the client. */
inline apply(c) {
    if
    :: kind == WELCOME -> welcome(c)
    :: kind == BEGIN -> begin(c)
    :: kind == SET -> store(c)
    :: kind == DELETE -> v = 0; store(c)
    :: kind == END -> end_snapshot(c)
    :: kind == FLUSH -> complete_by_flush(c)
    fi;
    look(c);
    printf("client %d: applies %e of epoch %d: route 0 v%d, route 1 v%d, synchronised %d\n", c, kind, e,
           GET(visible[c], 0), GET(visible[c], 1), synchronised[c])
}

/* C1 */
inline take(c) {
    if
#ifndef COURSE
    :: e > own[c] && NO_C1 != 2 -> adopt(c, e)
#endif
    :: e > own[c] && NO_C1 == 2 -> own[c] = e; learn(c, e)
    :: else
    fi;
    apply(c)
}

inline unmap(c) {
#ifndef KEEP_MAP
    mapped[c] = 0;
#endif
    printf("client %d: its connection has ended, the object is no longer mapped\n", c)
}

inline forget(c) {
#ifndef KEEP_EPOCH
    own[c] = 0;
#endif
#if NO_C6 != 2
    visible[c] = 0; synchronised[c] = 0;
#endif
    shadow[c] = 0; in_snapshot[c] = 0; pid_done[c] = 0; last_seq[c] = 0;
    printf("client %d: its connection has ended, its tables and its epoch are forgotten\n", c)
}

#if SLOW_END == 0
#define END_OF_FILE(c) unmap(c); forget(c); asks[c] = 1
#elif SLOW_END == 1
#define END_OF_FILE(c) unmap(c); ending = 1
#define REST_OF_END(c) forget(c); asks[c] = 1
#else
#define END_OF_FILE(c) forget(c); ending = 1
#define REST_OF_END(c) unmap(c); asks[c] = 1
#endif

inline clear() { kind = 0; e = 0; k = 0; v = 0; s = 0 }

#define STALE(c) (NO_C1 != 1 && kind != WELCOME && e < own[c])

inline receive(c) {
    stream[c]?kind, e, k, v, s;
    if
    :: kind == CLOSED -> END_OF_FILE(c)
    :: kind != CLOSED && STALE(c) -> printf("client %d: drops %e of epoch %d\n", c, kind, e)
    :: else -> take(c)
    fi;
    clear()
}

#define HEEDS(c) (mapped[c] != 0)
#define OBJECT(c) object[mapped[c] - 1]
#if NO_C7 == 3
#define NEWER(c) (loaded != own[c])
#else
#define NEWER(c) (loaded > own[c])
#endif

inline consume(c) {
    pending[c] = 0;
    handling[c] = 1;
    printf("client %d: takes the signal\n", c)
}

inline judge(c) {
    if
    :: NO_C7 == 5 -> own[c]++; adopt(c, own[c]); learn(c, loaded); look(c)
    :: NO_C7 == 4 -> learn(c, loaded); visible[c] = 0; shadow[c] = 0; in_snapshot[c] = 0; look(c)
    :: NO_C7 < 4 && NEWER(c) -> adopt(c, loaded); look(c)
    :: else -> printf("client %d: epoch %d is not newer than %d\n", c, loaded, own[c])
    fi;
    loaded = 0;
    handling[c] = 0
}

/* The server learns of it later: until then PID may be read and signals be sent. */
inline close_itself(c) {
    closes++;
    before[c] = (registered[c] -> LINGERS : (sent_pid[c] -> PID_UNREAD : 0));
    registered[c] = 0; sent_pid[c] = 0; connected[c] = 0; walked[c] = IDLE;
    do
    :: nempty(stream[c]) -> stream[c]?kind, e, k, v, s
    :: empty(stream[c]) -> break
    od;
    clear();
    unmap(c);
    forget(c);
    asks[c] = 1
}

proctype client(byte c) {
    mtype kind;
    byte e, k, v, s, loaded;
    bit ending;
end:
    do
#ifdef NO_C8
    :: d_step { !handling[c] && nempty(stream[c]) ->
        stream[c]?kind, e, k, v, s; loaded = (kind != CLOSED && !STALE(c)); in_hand[c] = 1 }
        d_step { !handling[c] ->
            if
            :: kind == CLOSED -> END_OF_FILE(c)
            :: kind != CLOSED && loaded -> take(c)
            :: else
            fi;
            clear(); loaded = 0; in_hand[c] = 0 }
#else
    :: d_step { !ending && nempty(stream[c]) -> receive(c) }
#endif
#if SLOW_END > 0
    :: d_step { ending -> ending = 0; REST_OF_END(c) }
#endif
#ifdef BY_NAME
    :: d_step { asks[c] && mapped[c] == 0 -> mapped[c] = instance + 1 }
#endif
#if CLOSES > 0
    :: d_step { !asks[c] && !handling[c] && before[c] == 0 && closes < CLOSES -> close_itself(c) }
#endif
    :: d_step { LOCAL(c) && !handling[c] && synchronised[c] && !asks[c] && !pid_done[c] ->
        pid_done[c] = 1; sent_pid[c] = connected[c] } /* nobody reads it if the server is dead */
#ifndef NO_C8
    :: d_step { pending[c] && !HEEDS(c) -> pending[c] = 0; printf("client %d: ignores the signal\n", c) }
#if NO_C7 == 2
    :: d_step { pending[c] && HEEDS(c) -> handling[c] = 1; loaded = OBJECT(c) }
        d_step { consume(c) }
#else
    :: d_step { pending[c] && HEEDS(c) -> consume(c) }
#if NO_C7 == 1
        d_step { visible[c] = 0; shadow[c] = 0; look(c) }
#endif
#ifdef NO_C9
        loaded = OBJECT(c) % 2;
        loaded = loaded + OBJECT(c) / 2 * 2;
#else
        loaded = OBJECT(c);
#endif
#ifdef LOAD_AGAIN
        d_step {
            if
            :: NEWER(c) -> visible[c] = 0; shadow[c] = 0; look(c)
            :: else
            fi };
        loaded = OBJECT(c);
#endif
#endif
        d_step { judge(c) }
#endif
    od
}

#ifdef NO_C8
proctype handler(byte c) {
    byte loaded;
end:
    do
    :: d_step { pending[c] && !HEEDS(c) -> pending[c] = 0 }
    :: d_step { pending[c] && HEEDS(c) -> consume(c) }
        loaded = OBJECT(c);
        d_step { judge(c) }
    od
}
#endif
