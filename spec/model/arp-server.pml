/* SPDX-License-Identifier: MIT */
/* The writer of arp.pml. */

#define SLOT(key_, probe_) (OBJECT(instance) * SLOTS + (HOME(key_) + (probe_)) % SLOTS)

inline send(kind_, key_) {
    if
    :: connected -> stream!kind_, epoch, key_, version
    :: else
    fi
}

inline store_lock(at_) {
#if NO_A3 == 1
    skip
#else
    d_step { lock[at_]++; printf("server: slot %d: lock %d\n", at_, lock[at_]) }
#endif
}

inline store_ip(at_, ip_) {
    d_step { ip[at_] = ip_; printf("server: slot %d: IP %d\n", at_, ip_) }
}

inline store_mac(at_, mac_) {
    d_step { mac[at_] = mac_; printf("server: slot %d: MAC %d\n", at_, mac_) }
}

/* A3: odd, the data in any order, even. */
inline write(at_, mac_, ip_) {
#if NO_A3 == 2
    store_ip(at_, ip_);
#endif
    store_lock(at_);
    if
    :: true ->
        store_mac(at_, mac_);
        slot_epoch[at_] = epoch;
#if NO_A3 != 2 && NO_A3 != 3
        store_ip(at_, ip_)
#endif
    :: true ->
#if NO_A3 != 2 && NO_A3 != 3
        store_ip(at_, ip_);
#endif
        slot_epoch[at_] = epoch;
        store_mac(at_, mac_)
    fi;
    store_lock(at_);
#if NO_A3 == 3
    store_ip(at_, ip_);
#endif
    skip
}

#define USED(at) (mac[at] != NEVER && mac[at] != FREED && slot_epoch[at] == epoch)
#define UNUSED(at) (mac[at] == FREED || (mac[at] != NEVER && slot_epoch[at] != epoch))

/* The first slot on the way of the key that nothing lives in. */
inline choose_slot() {
    probe = 0;
    do
    :: probe < SLOTS && USED(SLOT(key, probe)) -> probe++
#ifdef ANY_SLOT
    :: probe < SLOTS && UNUSED(SLOT(key, probe)) -> probe++
    :: probe < SLOTS && UNUSED(SLOT(key, probe)) -> break
#endif
    :: else -> break
    od
}

inline raise_probe() {
    if
    :: longest[OBJECT(instance)] < probe + 1 -> longest[OBJECT(instance)] = probe + 1
    :: else
    fi
}

inline send_add() {
    d_step {
        send(ADD, key); stable[key] = 1; place[key] = probe;
        printf("server: sends MAC %d, its IP is %d\n", key, version)
    }
}

inline add() {
    d_step { version++; becomes_right(key, version) }
#ifndef NO_A7
    raise_probe();
#endif
#ifdef NO_A1
    send_add();
    write(SLOT(key, probe), key, version);
#else
    write(SLOT(key, probe), key, version);
    send_add();
#endif
#ifdef NO_A7
    raise_probe();
#endif
    probe = 0
}

/* A8: the run of unused slots that ends at a never used one is never used. */
inline free_slot() {
    at = SLOT(key, place[key]);
#ifdef NO_A8
    write(at, NEVER, 0);
#else
    write(at, FREED, 0);
    if
    :: mac[OBJECT(instance) * SLOTS + (at + 1) % SLOTS] == NEVER || SLOTS == 1 ->
        do
        :: UNUSED(at) ->
            write(at, NEVER, 0);
            at = OBJECT(instance) * SLOTS + (at + SLOTS - 1) % SLOTS
        :: else -> break
        od
    :: else
    fi;
#endif
    at = 0
}

inline send_delete() {
    d_step { send(DELETE, key); printf("server: sends the deletion of MAC %d\n", key) }
}

inline remove() {
    disturb(key);
#ifdef NO_A2
    send_delete();
    free_slot();
#else
    free_slot();
#endif
    d_step { RIGHT(OBJECT(instance), key) = 0 }
#ifndef NO_A2
    send_delete();
#endif
    place[key] = NOWHERE
}

inline publish_epoch() {
    d_step {
        header[OBJECT(instance)] = epoch;
#if NO_A5 != 2
        forget_right();
#endif
        printf("server: publishes epoch %d\n", epoch)
    }
}

inline forget_right() {
    for (i : 1 .. KEYS) {
        RIGHT(OBJECT(instance), i) = 0
    }
    i = 0
}

inline send_flush() {
    d_step { send(FLUSH, 0); printf("server: sends FLUSH\n") }
}

inline flush() {
    d_step {
        for (i : 1 .. KEYS) {
            disturb(i);
            place[i] = NOWHERE
        }
        i = 0;
        epoch++;
        flushes++;
        retired[instance * 4 + epoch] = version
    }
#ifdef FRAME_FIRST
    send_flush();
    publish_epoch();
#else
    publish_epoch();
    send_flush();
#endif
#if NO_A5 == 2
    write(SLOT(1, 0), NEVER, 0);
    write(SLOT(1, SLOTS - 1), NEVER, 0);
    d_step { forget_right() }
#endif
    skip
}

#define ROOM (probe < SLOTS)

/* One operation is chosen; an add only if there is room. */
inline choose() {
    if
    :: key = 1
#if KEYS > 1
    :: key = 2
#endif
    fi;
    if
    :: place[key] == NOWHERE ->
        choose_slot();
        if
        :: ROOM -> op = ADD; ops++
        :: else -> op = 0
        fi
    :: place[key] != NOWHERE -> op = DELETE; ops++
    :: key == 1 && flushes < FLUSHES -> op = FLUSH; ops++
    fi
}

inline accept() {
    connected = 1;
    asks = 0;
    stream!WELCOME, epoch, instance, 0;
    for (i : 1 .. KEYS) {
        if
        :: place[i] != NOWHERE -> stream!ADD, epoch, i, 0
        :: else
        fi
    }
    i = 0;
    printf("server: accepts the client\n")
}

inline work() {
end_idle:
    do
    :: atomic { ops < OPS -> choose() };
        if
        :: op == ADD -> add()
        :: op == DELETE -> remove()
        :: op == FLUSH -> flush()
        :: op == 0
        fi;
        d_step { key = 0; op = 0; probe = 0; at = 0 }
    :: d_step { asks -> accept() }
    od
}

inline start() {
    up = 1;
    instance++;
    epoch = 0;
    for (i : 1 .. KEYS) {
        place[i] = NOWHERE
    }
    i = 0;
#ifdef REUSE
    for (i : 0 .. SLOTS - 1) {
        lock[i] = 0; mac[i] = NEVER; slot_epoch[i] = 0; ip[i] = 0
    }
    i = 0;
    header[0] = 0;
    longest[0] = 0;
    forget_right();
#endif
    key = 0; op = 0; probe = 0; at = 0;
    printf("server: instance %d starts\n", instance)
}

proctype server() {
    byte key, probe, at;
    mtype op;
    do
    :: { work() } unless { !up };
        d_step { start() }
    od
}

#if RESTARTS > 0
/* The server dies at any moment. What it has not written to the stream is lost. */
proctype crash() {
    byte kept, e, k, v, n;
    mtype kind;
end:
    do
    :: atomic { up && restarts < RESTARTS ->
        restarts++;
        kept = len(stream);
        do
        :: kept > 0 && connected -> kept--
        :: break
        od;
        skip;
        d_step {
            n = len(stream);
            for (i : 1 .. n) {
                stream?kind, e, k, v;
                if
                :: i <= kept -> stream!kind, e, k, v
                :: else
                fi
            }
            if
            :: connected -> stream!CLOSED, 0, 0, version
            :: else
            fi;
            for (i : 1 .. KEYS) {
                disturb(i)
            }
            i = 0; n = 0; kept = 0; kind = 0; e = 0; k = 0; v = 0;
            connected = 0;
            up = 0;
            printf("server: killed\n")
        } }
    od
}
#endif
