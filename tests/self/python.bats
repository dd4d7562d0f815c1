#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The implementation in Python with one fault at a time: the suite names the requirement that it breaks.
bats_require_minimum_version 1.5.0
load helper

# breaks FAULT CASE ID
breaks() {
    local FAULT=$1
    rtmtest run --iut "$root/tests/iuts/python.rtmi" --only "$2" --report tap
    told 1 "FAIL $3"
}

@test "a client without a shadow table" { breaks no-shadow 4-session/SYN-5-shadow SYN-5; }
@test "a server that computes another digest" { breaks digest 4-session/SYN-1-snapshot SYN-4; }
@test "a header in the byte order of the machine" { breaks host-order 3-frames/FRM-1-server-frames FRM-1; }
@test "a client that sends another's pid" { breaks foreign-pid 3-frames/FRM-1-client-frames FRM-1; }
@test "a server that forgets a BYE" { breaks forgets-bye '4-session/SES-4-each-behind-bye#3' SES-4; }
@test "a client that empties its tables at every signal" { breaks trusts-signals 6-flush/FLU-10-late FLU-10; }
@test "a flush that keeps the epoch" { breaks old-epoch 6-flush/FLU-2-numbers FLU-2; }
@test "a server that tells addresses on the stream" { breaks tells-address 5-arp/ARP-14-no-address ARP-14; }
