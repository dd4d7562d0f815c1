#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Implementations of the ARP table and its shared memory that do one thing wrong: each gets the
# requirement that it broke, and one that does all right passes.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# misled SCENARIO: runs it with each fault of a table "FAULT ID MESSAGE" on standard input.
misled() {
    local fault id message
    while read -r fault id message; do
        echo "$fault"
        fake=$here/iuts/arp.rtmi attempt "$fault" "$1"
        told 1 "${id/-/ }" "$message"
    done
}

@test "a right server and a right client pass" {
    namespaces
    fake=$here/iuts/arp.rtmi attempt none arp
    told 0 PASS
    fake=$here/iuts/arp.rtmi attempt none mapped
    told 0 PASS
}

@test "each fault of an ARP table is told by its rule" {
    namespaces
    misled arp <<'END'
replaces FAIL-ARP-3 S accepts what it has to refuse: ok arp add
hides FAIL-ARP-7 the table of S is not that of the oracle
finds-any FAIL-ARP-10 S finds 1 entries for 01:00:5e:01:01:03, such as 01:00:5e:01:01:01 1.1.1.1
END
    fake=$here/iuts/arp.rtmi attempt backwards arp
    told 0 'WEAK ARP-9' 'the ARP entries of S are not in ascending order'
}

@test "each fault of an object is told by its rule" {
    namespaces
    misled arp <<'END'
no-name FAIL-SHM-2 S names no shared memory in its WELCOME
other-name FAIL-SHM-1 the object /nowhere of S: No such file or directory
mode FAIL-SHM-2 the object /fake-arp has mode 0600; expected 0640
size FAIL-SHM-2 the object /fake-arp of S: it has 32833 bytes; expected 32832 for 1024 slots
sparse FAIL-SHM-2 the object /fake-arp has 32832 bytes, and storage for * of them is reserved
no-lock FAIL-SHM-3 nobody holds an exclusive lock on the object /fake-arp
read-lock FAIL-SHM-3 nobody holds an exclusive lock on the object /fake-arp
posix-lock FAIL-SHM-3 nobody holds an exclusive lock on the object /fake-arp
magic FAIL-SHM-7 the object /fake-arp of S: magic is *32; expected *31
version FAIL-SHM-7 the object /fake-arp of S: version is 2; expected 1
capacity FAIL-SHM-7 the object /fake-arp of S: capacity is 48; expected a power of two*
epoch FAIL-SHM-7 the object /fake-arp of S: epoch is 3.1; that of the server's frames is 3.0
count FAIL-SHM-7 the object /fake-arp of S: count is 3; the server has 2 entries
keeps-object FAIL-SHM-6 the object /fake-arp that S had before is still there
END
}

@test "each fault of a slot is told by its rule" {
    namespaces
    misled arp <<'END'
address FAIL-SHM-1 the object /fake-arp of S: rows of the oracle*
probe FAIL-SHM-8 the object /fake-arp of S: * stands in slot *, which is not among the first 0 of its probe sequence*
hash FAIL-SHM-8 the object /fake-arp of S: * stands in slot * behind the never-used slot *
far FAIL-SHM-8 the object /fake-arp of S: * stands in slot * behind the never-used slot *
moves FAIL-SHM-8 01:00:5e:01:01:01 was in slot * and is in slot * now
keeps-slot FAIL-SHM-10 the slot of 01:00:5e:01:01:02 has the address 2.2.2.2; expected no live slot
odd-lock FAIL-SHM-11 the object /fake-arp of S: the lock of slot * is *, odd or changing*
same-lock FAIL-SHM-11 slot *
even-lock FAIL-SHM-11 slot *
mixed FAIL-SHM-11 slot * gave * with an address of another entry
half FAIL-ARP-1 change * of the feed: S said "error: full: no room"; the oracle accepts it
END
}

@test "each fault of a client is told by its rule" {
    namespaces
    misled mapped <<'END'
writable FAIL-SHM-17 A may write to the object that it has mapped
exits FAIL-SHM-24 A ended with exit status 1, after it was told "*", instead of answering
END
    fake=$here/iuts/arp.rtmi attempt dies mapped
    told 0 PASS
}

@test "an entry that does not come or go is waited for in time" {
    namespaces
    misled arp <<'END'
shows-other FAIL-ARP-1 S shows 01:00:5e:01:01:01 6.6.6.6 for the MAC, and that did not change*
keeps FAIL-ARP-2 S shows 01:00:5e:01:01:02 2.2.2.2 for the MAC, and that did not change*
END
}

@test "so is a client that keeps an object, or hangs" {
    namespaces
    misled mapped <<'END'
stays-mapped FAIL-SHM-23 A has 1 objects mapped within *
hangs FAIL-SHM-24 A gave no answer to its last question within *
END
}
