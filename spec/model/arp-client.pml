/* SPDX-License-Identifier: MIT */
/* The client of arp.pml: one process reads the stream, another looks up. */

inline adopt(newer) {
    own = newer;
    for (i : 1 .. KEYS) {
        has[i] = 0;
        raise_floor(i, retired[(mapped - 1) * 4 + newer])
    }
    i = 0;
    printf("client: adopts epoch %d\n", newer)
}

/* The client has heard that no version up to this one is right any more. */
inline raise_floor(key_, version_) {
    if
    :: version_ + 1 > too_old[key_] -> too_old[key_] = version_ + 1
    :: else
    fi
}

inline finish(version_) {
#ifndef KEEP_MAP
    mapped = 0;
#endif
    own = 0;
    asks = 1;
    for (i : 1 .. KEYS) {
        has[i] = 0;
        raise_floor(i, version_)
    }
    i = 0;
    printf("client: its connection has ended\n")
}

inline apply() {
    if
    :: kind == WELCOME -> own = e;
#ifdef KEEP_MAP
        if
        :: mapped == 0 -> mapped = k + 1
        :: else
        fi
#else
        mapped = k + 1
#endif
    :: kind != WELCOME ->
        if
        :: e > own -> adopt(e)
        :: else
        fi;
        if
        :: kind == ADD -> has[k] = 1
        :: kind == DELETE -> has[k] = 0; raise_floor(k, v)
        :: kind == FLUSH
        fi
    fi;
    printf("client: applies %e of MAC %d\n", kind, k)
}

proctype client() {
    mtype kind;
    byte e, k, v;
end:
    do
    :: d_step { nempty(stream) ->
        stream?kind, e, k, v;
        if
        :: kind == CLOSED -> finish(v)
        :: kind != CLOSED && (kind == WELCOME || e >= own) -> apply()
        :: else
        fi;
        kind = 0; e = 0; k = 0; v = 0 }
    :: d_step { mapped != 0 && header[OBJECT(mapped - 1)] > own -> adopt(header[OBJECT(mapped - 1)]) } /* SIGUSR1 */
    od
}

#ifdef KNOWN
#define MAY_ASK(key_) (mapped != 0 && has[key_])
#else
#define MAY_ASK(key_) (mapped != 0)
#endif

inline begin_lookup(key_) {
    looking = 1;
    wanted = key_;
    object = OBJECT(mapped - 1);
    answers = RIGHT(object, key_);
    oldest = too_old[key_];
    must = up && has[key_] && stable[key_] && object == OBJECT(instance);
    printf("lookup: of MAC %d begins\n", key_)
}

inline load_lock(into) {
    d_step { into = lock[at]; printf("lookup: slot %d: lock %d\n", at, into) }
}

inline load_ip() {
    d_step { address = ip[at]; printf("lookup: slot %d: IP %d\n", at, address) }
}

inline load_mac() {
    d_step { key = mac[at]; printf("lookup: slot %d: MAC %d\n", at, key) }
}

/* A3: the lock, the data in any order, the lock. */
inline load() {
#if NO_A3 == 4
    load_ip();
#endif
    load_lock(first);
    if
    :: true ->
        load_mac();
        written = slot_epoch[at];
#if NO_A3 != 4 && NO_A3 != 5
        load_ip()
#endif
    :: true ->
#if NO_A3 != 4 && NO_A3 != 5
        load_ip();
#endif
        written = slot_epoch[at];
        load_mac()
    fi;
    load_lock(second);
#if NO_A3 == 5
    load_ip();
#endif
    skip
}

#define WHOLE (NO_A3 == 1 || (first == second && first % 2 == 0))
#ifdef NO_A4
#define MATCHES (key != NEVER && key != FREED)
#else
#define MATCHES (key == wanted)
#endif
#if NO_A5 == 1 || NO_A5 == 2
#define CURRENT true
#else
#define CURRENT (written == current)
#endif
#if NO_A5 == 3
#define ENDS (key == NEVER || written != current)
#else
#define ENDS (key == NEVER)
#endif

inline answer() {
    printf("lookup: MAC %d has IP %d\n", wanted, address);
    right_answer = (answers >> address) & 1;
    assert(right_answer);
    no_resurrection = address >= oldest;
    assert(no_resurrection)
}

inline absent() {
    printf("lookup: MAC %d is absent\n", wanted);
    found = !must;
    assert(found)
}

proctype reader() {
    byte probe, limit, at, current, first, second, key, written, address, oldest;
end:
    do
    :: atomic { MAY_ASK(1) -> begin_lookup(1); break }
#if KEYS > 1
    :: atomic { MAY_ASK(2) -> begin_lookup(2); break }
#endif
    od;
    current = header[object];
    limit = longest[object];
next:
    if
    :: atomic { probe == limit -> absent(); goto over }
    :: atomic { probe < limit -> at = object * SLOTS + (HOME(wanted) + probe) % SLOTS }
    fi;
again:
    load();
    if
    :: d_step { WHOLE && MATCHES && CURRENT -> answer() }
    :: d_step { WHOLE && !(MATCHES && CURRENT) && ENDS -> absent() }
    :: d_step { WHOLE && !(MATCHES && CURRENT) && !ENDS -> probe++ }
        goto next
#if NO_A3 == 6
    :: !WHOLE && (lock[at] % 2 == 0) -> goto again
#else
    :: !WHOLE -> goto again
    :: d_step { !WHOLE -> printf("lookup: MAC %d: gives up\n", wanted) }
#endif
    fi;
over:
    atomic {
        looking = 0; wanted = 0; object = 0; answers = 0; must = 0; oldest = 0; probe = 0; limit = 0;
        at = 0; current = 0; first = 0; second = 0; key = 0; written = 0; address = 0;
        goto end
    }
}
