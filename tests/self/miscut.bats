#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Groups of a manifest's patterns that take a part of a value, or more than it, and programs that do.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

# brief LINE...: a scenario of those lines, on which a failure waits for a second only.
brief() {
    printf '%s\n' 'title    a value' 'deadline 1s' "$@" >"$dir/brief.rtm"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only "$dir/brief.rtm" --report tap
}

# named NAME: a route through that interface, in both tables.
named() {
    brief 'needs    routes' 'server S' 'client A' "S create 10.0.0.0/8 1.1.1.1 $1" \
        "expect S has 10.0.0.0/8 1.1.1.1 $1 [TBL-13]" 'expect A equals S [TBL-13]'
}

@test "a group that takes a part of a value, or more, is the manifest's fault" {
    style lines
    row() { sed -i "/^\[server.table\]/,/^$/s!^row .*!row = \"$1\"!" "$fake"; }
    local begin='^(?<dest>[0-9.]+)/(?<mask>[0-9]+) -> (?<gateway>[0-9.]+)'
    row "$begin dev (?<oif>[A-Za-z0-9]+)"
    named Gi1/0/24.100
    told 2 BROKEN 'S shows "10.0.0.0/8 -> 1.1.1.1 dev Gi1/0/24.100", and \[server.table\] takes "Gi1" of it as oif; that has to be *'
    row "$begin (?<oif>.+)"
    named e
    told 2 BROKEN 'S shows "10.0.0.0/8 *", and \[server.table\] takes "dev e" of it as oif; *'
    row '^(?<dest>[0-9.]+)/(?<mask>[0-9])[0-9]* -> (?<gateway>[0-9.]+) dev (?<oif>.+)$'
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'in \[server.table\] mask takes "3" of: 122.1.1.1/32 -> *; a group has to match the whole of it; what came of it: *'
    row "$begin (?<oif>\\\\S+)"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S shows "122.1.1.1/32 *", and \[server.table\] takes "dev" of it as oif; *'
    row "$begin dev (?<oif>.+)$"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
    sed -i '/^\[client.table\]/,/^$/s/^deleted .*/deleted = "^Deleted (?<dest>[0-9.]+)\/(?<mask>[0-9])"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'in \[client.table\] mask takes "3" of: Deleted 122.1.1.1/32*'
    style lines
    sed -i 's/^\(added\|updated\) .* on .*/\1 = "^[AU]d*p*[a-z]* (?<dest>[0-9.]+)\/(?<mask>[0-9]+) via (?<gateway>\\S+) on (?<oif>[^.]+)"/' "$fake"
    named Gi1/0/24.100
    told 2 BROKEN 'A shows "Added 10.0.0.0/8 *", and \[client.table\] takes "Gi1/0/24" of it as oif; *'
}

@test "parts of addresses and of MACs are none, and zeros in front are nothing" {
    arp() { brief 'needs    mac' 'server S' 'S arp add 01:00:5e:01:01:01 225.1.1.1' 'expect S right [ARP-1]'; }
    style words
    sed -i 's/^row .*"^  (?<mac>.*/row = "^  (?<mac>[0-9a-f:]{14}):01 is at (?<ip>\\S+)$"/' "$fake"
    arp
    told 2 BROKEN 'in \[server.arp\] mac takes "01:00:5e:01:01" of:   01:00:5e:01:01:01 is at *; a group has to match the whole of it; what came of it: *'
    style words
    sed -i 's/^row .*"^  (?<mac>.*/row = "^  (?<mac>\\S+) is at (?<ip>[0-9]+.[0-9]+)"/' "$fake"
    arp
    told 2 BROKEN 'in \[server.arp\] ip takes "225.1" of: *'
    local server="{root}/${bin#"$root"/}/iuts/words-server"
    zeros() {
        style words
        sed -i "s|^command .*words-server.*|command = bash -c \"exec $server \$0 none > >(sed -u 's,/,/0,;$1')\" {socket}|;
            /^\[server.table\]/,/^$/s!^row .*!row = \"^  (?<dest>[0-9.]+)/0*(?<mask>[0-9]+) via (?<gateway>[0-9.]+) dev (?<oif>.+)$\"!" "$fake"
        named e
    }
    zeros ''
    told 0 PASS
    zeros 's/ e$/ f/'
    told 1 'FAIL TBL-13'
}

@test "a table that counts its rows, not all of which row matches" {
    style lines
    counted() { FAULT=footer brief 'needs    routes' 'server S' 'S create 10.0.0.0/8 1.1.1.1 eth0' 'S create 10.1.0.0/16 1.1.1.1 eth0' 'expect S right [TBL-1]'; }
    sed -i '/^\[server.table\]/,/^$/{s/(?<mask>[^)]*)/(?<mask>[0-9]{2})/;s/^row .*/&\ndone = "^-- (?<routes>[0-9]+) in all --"/}' "$fake"
    counted
    told 2 BROKEN 'S shows "10.0.0.0/8 *", and row of \[server.table\] does not match that line*'
    sed -i '/^\[server.table\]/,/^$/s/{2}/+/' "$fake"
    counted
    told 0 PASS
}

@test "a name that the program cuts, or keeps too long, is the program's fault" {
    style words
    local server="{root}/${bin#"$root"/}/iuts/words-server"
    through() {
        sed -i "s|^command .*words-server.*|command = bash -c \"exec $server \$0 none > >(sed -u '$1')\" {socket}|" "$fake"
        named Gi1/0/24.100
        told 1 'FAIL TBL-13'
    }
    through 's/Gi1.*/Gi1/'
    through 's/\.100$/.1000/'
}

@test "a lookup that is read otherwise is the manifest's fault, and one of another route the program's" {
    style python
    sed -i "s|^features .*|features = routes\nroot = $root/tests/iuts|" "$fake"
    looked() {
        brief 'needs    routes' 'server S' 'S create 10.0.0.0/8 1.1.1.1 e' 'S create 10.0.0.0/16 1.1.1.2 e' \
            'S create 10.1.0.0/16 1.1.1.2 e' "expect S finds $1 [TBL-16]"
    }
    looked '10.1.0.0/16 for 10.1.1.1'
    told 0 PASS
    sed -i '/^\[server.lookup\]/,/^$/s/?<dest>/?<it>/; /^\[server.lookup\]/,/^$/s/?<gateway>/?<dest>/; /^\[server.lookup\]/,/^$/s/?<it>/?<gateway>/' "$fake"
    looked '10.1.0.0/16 for 10.1.1.1'
    told 2 BROKEN 'S shows "10.1.0.0/16 1.1.1.2 e" for 10.1.1.1, of which row of \[server.lookup\] takes 1.1.1.2/16; *'
    style python
    sed -i "s|^features .*|features = routes\nroot = $root/tests/iuts|
        s|^command .*rtm-server.*|command = bash -c \"exec python3 -ES {root}/python/rtm-server --socket \$0 > >(sed -u 's,^10.0.0.0/16 1.1.1.2,10.0.0.0/8 1.1.1.1,')\" {socket}|" "$fake"
    looked '10.0.0.0/16 for 10.0.1.1'
    told 1 'FAIL TBL-16' 'S finds 10.0.0.0/8 for 10.0.1.1; the longest match is 10.0.0.0/16'
}
