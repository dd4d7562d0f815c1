#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program prints and its manifest reads otherwise, or not at all: BROKEN. A program that does
# not print it, or not rightly, fails all the same.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

# brief LINE...: a scenario of those lines, on which a failure waits for a second only.
brief() {
    printf '%s\n' 'title    a line' 'deadline 1s' "$@" >"$dir/brief.rtm"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only "$dir/brief.rtm" --report tap
}

# changed: a route that is made, updated and deleted beside another, in both tables.
changed() {
    brief 'needs    routes' 'server S' 'client A' \
        'S create 10.0.0.0/8 1.1.1.1 eth0' 'expect S right [TBL-1]' 'expect A equals S [SYN-11]' \
        'S create 10.1.0.0/16 1.1.1.2 eth1' 'expect S right [TBL-1]' \
        'S update 10.0.0.0/8 2.2.2.2 eth2' 'expect S right [TBL-2]' 'expect A equals S [SYN-11]' \
        'S delete 10.0.0.0/8' 'expect S right [TBL-3]' 'expect A equals S [SYN-11]'
}

# entered: an ARP entry, in both tables.
entered() {
    brief 'needs    mac' 'server S' 'client A' 'S arp add 01:00:5e:01:01:0a 225.1.1.1' \
        'expect S right [ARP-1]' 'expect A equals S [ARP-17]' \
        'S arp delete 01:00:5e:01:01:0a' 'expect S right [ARP-2]' 'expect A equals S [ARP-17]'
}

# in_section SECTION SED: of the manifest.
in_section() { sed -i "/^\[$1\]/,/^\$/{$2}" "$fake"; }

# printed_through WHO SED: the server or client of words, and what it prints goes through sed.
printed_through() {
    local program="{root}/${bin#"$root"/}/iuts/words-$1"
    sed -i "s|^command .*words-$1.*|command = bash -c \"exec $program \$0 none > >(sed -u '$2')\" {socket}|" "$fake"
}

@test "an answer that done and refused match is an acceptance if the table says so" {
    style words
    in_section server.create 's/^refused .*/refused = "one"/'
    changed
    told 2 BROKEN 'S says "Done.", which refused of \[server.create\] matches, and its table has what was to be made; refused *'
    style words
    in_section server.update 's/^done/was/; s/^refused/done/; s/^was/refused/'
    changed
    told 2 BROKEN 'S says "Done.", which refused of \[server.update\] matches, and *'
    style words
    in_section server.arp-add 's/^refused .*/refused = "one"/'
    entered
    told 2 BROKEN 'S says "Done.", which refused of \[server.arp-add\] matches, and *'
    style words
    in_section server.create 's/^done .*/done = "."/'
    changed
    told 0 PASS
    in_section server.create 's/^send .*/send = "AD ROUTE {prefix}"/'
    changed
    told 1 'FAIL TBL-1' 'S refuses what chapter 1 accepts: Not done: *'
}

@test "so are those of changes that are told at once" {
    style python
    sed -i "s|^features .*|features = routes\nroot = $root/tests/iuts|" "$fake"
    in_section server.create 's/^refused .*/refused = "o"/'
    brief 'needs    routes' 'server S' 'feed S random 20' 'await S 100% [TBL-1]' 'expect S right [TBL-1]'
    told 2 BROKEN 'S says "ok create*", which refused of \[server.create\] matches, and *'
    in_section server.create 's/^send .*/send = "create {prefix}"/'
    brief 'needs    routes' 'server S' 'feed S random 20' 'await S 100% [TBL-1]' 'expect S right [TBL-1]'
    told 1 'FAIL TBL-1' 'change 1 of the feed: S said "error*'
}

@test "a notice that takes rows is the manifest's fault" {
    style words
    in_section server '/^ready/s/.*/&\nnotice = " via "/'
    changed
    told 2 BROKEN 'S shows "  10.0.0.0/8 via *", a row of \[server.table\] that notice of \[server\] takes *'
    style words
    in_section server '/^ready/s/.*/&\nnotice = " is at "/'
    entered
    told 2 BROKEN 'S shows "  01:00:5e:*", a row of \[server.arp\] that notice of \[server\] takes *'
    style words
    in_section client '/^ready/s/.*/&\nnotice = "eth"/'
    changed
    told 2 BROKEN 'A shows "10.0.0.0/8 *", a row of \[client.table\] that notice of \[client\] takes *'
    style lines
    in_section client '/^ready/s/.*/&\nnotice = "^Upd"/'
    changed
    told 2 BROKEN 'A shows "Updated 10.0.0.0/8 *", a row of \[client.table\] that notice of \[client\] takes *'
    style lines
    in_section client '/^ready/s/.*/&\nnotice = "^(Joined|Deleted)"/'
    entered
    told 2 BROKEN 'A shows "Joined *", a row of \[client.arp\] that notice of \[client\] takes *'
    changed
    told 2 BROKEN 'A shows "Deleted 10.0.0.0/8", *'
}

@test "also where the table counts its rows" {
    style lines
    in_section server.table 's/^row .*/&\ndone = "^-- (?<routes>[0-9]+) in all --"/'
    in_section server '/^prompt/s/.*/&\nnotice = "dev eth"/'
    FAULT=footer changed
    told 2 BROKEN 'S shows "10.0.0.0/8 *", a row of \[server.table\] that notice of \[server\] takes *'
}

@test "a done that stands above the rows is the manifest's fault" {
    style words
    in_section server.table 's/^done .*/done = "via"/'
    changed
    told 2 BROKEN 'S shows "  10.*", a row of \[server.table\] that comes behind its done *'
    style words
    in_section server.arp 's/^done .*/done = "is at"/'
    brief 'needs    mac' 'server S' 'S arp add 01:00:5e:01:01:0a 225.1.1.1' 'expect S right [ARP-1]' \
        'S arp add 01:00:5e:01:01:0b 225.1.1.2' 'expect S right [ARP-1]'
    told 2 BROKEN 'S shows "  01:00:5e:*", a row of \[server.arp\] that comes behind its done *'
    style words
    printed_through client 's/^== routes ==/\&\\n--/'
    in_section client.table 's/^done .*/done = "^--"/'
    changed
    told 2 BROKEN 'A shows "10.0.0.0/8 *", a row of \[client.table\] outside of any table; *'
}

@test "a row that is read as another route is the manifest's fault" {
    style words
    in_section server.table 's/?<dest>/?<it>/; s/?<gateway>/?<dest>/; s/?<it>/?<gateway>/'
    changed
    told 2 BROKEN 'S shows "  10.0.0.0/8 via 1.1.1.1 dev eth0", which \[server.table\] takes as 1.1.1.1/8 10.0.0.0 eth0*'
    style words
    in_section server.create 's/{dest}/{it}/; s/{gateway}/{dest}/; s/{it}/{gateway}/; s/{mask}/32/'
    brief 'needs    routes' 'server S' 'S create 10.0.0.1/32 1.1.1.1 eth0' 'expect S right [TBL-1]'
    told 2 BROKEN 'S shows "  1.1.1.1/32 via 10.0.0.1 dev eth0", which \[server.table\] takes as 1.1.1.1/32 10.0.0.1 eth0*'
}

@test "so is a log that is read otherwise, or not at all" {
    style lines
    in_section client.table 's/^updated/was/; s/^added .*/&\nupdated = "^Renewed \(?<dest>.+\)\/\(?<mask>.+\) \(?<gateway>.+\) \(?<oif>.+\)"/; /^was/d'
    changed
    told 2 BROKEN 'A shows "Updated 10.0.0.0/8 via 2.2.2.2 on eth2", and no pattern of \[client.table\] matches that line*'
    style lines
    in_section client.table 's/^deleted .*/deleted = "^Removed (?<dest>.+)\/(?<mask>.+)"/'
    changed
    told 2 BROKEN 'A shows "Deleted 10.0.0.0/8", and by \[client.table\] 10.0.0.0/8 stays*'
    style lines
    in_section client.arp 's/^added .*/added = "^Added (?<mac>.+) at (?<ip>.+)"/'
    entered
    told 2 BROKEN 'A shows "Joined 01:00:5e:01:01:0a at 225.1.1.1", and no pattern of \[client.arp\] matches that line*'
    style lines
    in_section client.arp 's/^deleted .*/deleted = "^Removed (?<mac>.+)"/'
    entered
    told 2 BROKEN 'A shows "Parted 01:00:5e:01:01:0a", and by \[client.arp\] 01:00:5e:01:01:0a stays*'
    local program="{root}/${bin#"$root"/}/iuts/lines-client"
    style lines
    sed -i "s|^command .*lines-client.*|command = bash -c \"exec stdbuf -oL $program \$0 log none > >(sed -u 's/^Updated [^ ]* /\&from 9.9.9.9 on eth9 to /')\" {socket}|" "$fake"
    in_section client.table 's/^updated .*/updated = "^Updated (?<dest>[0-9.]+)\/(?<mask>[0-9]+) from (?<gateway>\\S+) on (?<oif>\\S+)"/'
    changed
    told 2 BROKEN 'A shows "Updated 10.0.0.0/8 from 9.9.9.9 on eth9 to via 2.2.2.2 on eth2", which \[client.table\] takes as 10.0.0.0/8 9.9.9.9 eth9*'
}

@test "also where the same destination is told with another mask, and where two patterns take a line" {
    style lines
    in_section client.table 's/^updated .*/updated = "^Renewed (?<dest>.+)\/(?<mask>.+) (?<gateway>.+) (?<oif>.+)"/'
    brief 'needs    routes' 'server S' 'client A' 'S create 10.0.0.0/16 1.0.0.4 m16' 'expect A equals S [SYN-11]' \
        'S update 10.0.0.0/16 2.0.0.4 changed' 'S create 10.0.0.0/8 3.0.0.3 other' 'expect A equals S [SYN-11]'
    told 2 BROKEN 'A shows "Updated 10.0.0.0/16 *", and no pattern of \[client.table\] matches that line*'
    style lines
    in_section client.table 's/^deleted .*/deleted = "^(Deleted|Updated) (?<dest>[0-9.]+)\/(?<mask>[0-9]+)"/'
    changed
    told 2 BROKEN 'A shows "Updated 10.0.0.0/8 *", which \[client.table\] takes as the end of an entry; *'
}

@test "letters that are several bytes are letters in a pattern" {
    style words
    printed_through server 's/^Done/│ Done/'
    in_section server.create 's/^done .*/done = "^[│┌] Done"/'
    in_section server.update 's/^done .*/done = "^. Done│?"/'
    sed -i 's/^done  *= "^Done"/done = "^│ Done"/' "$fake"
    changed
    told 0 PASS
    in_section server.create 's/^done .*/done = "^[┌└] Done"/'
    changed
    told 2 BROKEN 'S printed "│ Done." last *'
}

@test "a quit that is not understood is the manifest's fault" {
    style menu
    sed -i 's/^quit .*/quit = say 8/' "$fake"
    brief 'needs    routes' 'server S' 'S create 10.0.0.0/8 1.1.1.1 eth0' 'expect S right [TBL-1]' 'quit S'
    told 2 BROKEN 'S printed "*" when it was told to quit, and reads its console again: quit in \[server\] *'
}

@test "an object in other letters, or in another format, is the manifest's fault" {
    named() {
        style words
        in_section shm "s/^value .*/$1/"
        entered
    }
    named 'value = text\nletters = upper'
    told 2 BROKEN 'S has an entry that \[shm\] does not read: there is the object /01:00:5e:01:01:0a, where \[shm\] has /01:00:5E:01:01:0A: *'
    named 'value = text\nseparator = "-"'
    told 2 BROKEN '*: there is the object /01:00:5e:01:01:0a, where \[shm\] has /01-00-5e-01-01-0a: *'
    named 'value = text-nul'
    told 2 BROKEN '*: the object /01:00:5e:01:01:0a holds it with value = text, where \[shm\] has value = text-nul'
    named 'value = network-order'
    told 2 BROKEN '*: the object /01:00:5e:01:01:0a holds it with value = text, where \[shm\] has value = network-order'
}

@test "rows that a client shows by itself and no row matches are the manifest's fault, whatever ends them" {
    style menu
    in_section client.table 's/^row .*/row = "^Dest: (?<dest>.+) (?<mask>.+) (?<gateway>.+) (?<oif>.+)"/'
    changed
    told 2 BROKEN 'A shows "Destination IP: 10.0.0.0 *", and row of \[client.table\] does not match that line*'
    for mark in begin 'done'; do
        style words
        in_section client.table "s/^row .*/row = \"^(?<dest>.+) (?<mask>.+) (?<gateway>.+) (?<oif>.+)\"/; /^$mark/d"
        changed
        told 2 BROKEN 'A shows "10.0.0.0/8 *", and row of \[client.table\] does not match that line*'
    done
}

@test "so is what stands around them" {
    style menu
    in_section client.table 's/^question .*/question = "Show it"/'
    changed
    told 2 BROKEN 'A stops at "The table has changed. Would you like to see it (y/n)? " and reads its console: question of \[client.table\] *'
    for mark in 'begin = "^-- routes"' 'done = "^1"'; do
        style words
        in_section client.table "s/^${mark%% *} .*/$mark/"
        changed
        told 2 BROKEN 'A shows "10.0.0.0/8 *", a row of \[client.table\] outside of any table; *'
    done
}

@test "a client that is ready with the first line of a table shows it" {
    style words
    in_section client 's/^ready .*/ready = "^== routes"/'
    brief 'needs    routes' 'server S' 'S create 10.0.0.0/8 1.1.1.1 eth0' 'client A' 'expect A equals S [SYN-2]'
    told 0 PASS
}

@test "an answer that notice takes is the manifest's fault" {
    style words
    in_section server '/^ready/s/.*/&\nnotice = "^Done"/'
    changed
    told 2 BROKEN 'S printed "Done.", which done or refused of \[server.create\] matches, and notice of \[server\] as well; *'
    style menu
    in_section server '/^prompt/s/.*/&\nnotice = "^Route"/'
    changed
    told 2 BROKEN 'S printed "Route created.", which done or refused of \[server.create\] matches, and notice *'
}

@test "one that takes the end of a route for that of all is the manifest's, too" {
    style lines
    in_section client.table 's/^deleted .*/&\nemptied = "^Deleted"/'
    changed
    told 2 BROKEN 'A shows "Deleted 10.0.0.0/8", which emptied of \[client.table\] takes as the end of all; *'
}

@test "groups that take what chapter 7 has no word for are the manifest's fault" {
    style python
    sed -i "s|^features .*|features = routes\nroot = $root/tests/iuts|" "$fake"
    in_section server.create 's/(?<kind>.*)/(?<kind>.*)/'
    brief 'needs    routes' 'server S' 'S create 10.0.0.0/8 1.1.1.1 e' 'expect S refuses create 10.0.0.0/8 1.1.1.1 e as exists [TBL-4]'
    told 2 BROKEN 'S says "error: exists*", of which the group kind of \[server.create\] takes "exists: *"; *'
    in_section server.table 's/^done .*/done = "^ok (?<state>show)"/'
    brief 'needs    routes' 'server S' 'client A' 'S create 10.0.0.0/8 1.1.1.1 e' 'expect A equals S [SYN-11]'
    told 0 PASS
    in_section client.table 's/^done .*/done = "^ok (?<state>show)"/'
    brief 'needs    routes' 'server S' 'client A' 'S create 10.0.0.0/8 1.1.1.1 e' 'expect A equals S [SYN-11]'
    told 2 BROKEN 'A shows the table of S, and the group state takes "show"; *'
    in_section server.lookup 's/?<dest>/?<it>/; s/?<gateway>/?<dest>/; s/?<it>/?<gateway>/'
    brief 'needs    routes' 'server S' 'S create 10.1.1.1/32 2.2.2.2 e' 'expect S finds 10.1.1.1/32 for 10.1.1.1 [TBL-16]'
    told 2 BROKEN 'S shows "10.1.1.1/32 2.2.2.2 e" for 10.1.1.1, of which row of *'
}

@test "programs that show too little, or the wrong thing, fail" {
    local fault
    for fault in 's/ via 1.1.1.1 / via 1.1.1.9 /' 's,^  10.0.0.0/8 ,  10.0.0.0/9 ,' '/^  10.0/d' 's/ eth0$/ eth9/'; do
        style words
        printed_through server "$fault"
        changed
        told 1 'FAIL TBL-1'
    done
    for fault in 's/ dev eth2$/ dev /' 's,^  10.0.0.0/8 via 2.2.2.2 ,  2.2.2.2/8 via 10.0.0.0 ,'; do
        style words
        printed_through server "$fault"
        changed # one row is right, and as it is read the other is wrong
        told 1 'FAIL TBL-2'
    done
    style words
    in_section client '/^ready/s/.*/&\nnotice = "^DEBUG"/'
    printed_through client '/^10.0/s/^/DEBUG /'
    changed
    told 1 'FAIL SYN-11'
}

@test "what a client says of other things explains nothing" {
    log_through() {
        local program="{root}/${bin#"$root"/}/iuts/lines-client"
        style lines
        sed -i "s|^command .*lines-client.*|command = bash -c \"exec stdbuf -oL $program \$0 log none > >(sed -u '$1')\" {socket}|" "$fake"
        changed
    }
    log_through 's,^Deleted 10.0.0.0/8,Deleted 10.0.0.0/9,'
    told 1 'FAIL SYN-11'
    log_through '/^Added/{h;s/^Added/now/;x;p;x}; /^Updated/d'
    told 1 'FAIL SYN-11'
    log_through '/^Added/{h;s/^Added/told/;p;x}; /^Deleted/d'
    told 1 'FAIL SYN-11'
    style words
    in_section shm 's/^value .*/value = text/'
    FAULT=no-mac-snapshot brief 'needs    mac' 'server S' 'S arp add 01:00:5e:01:01:0a 225.1.1.1' \
        'expect S right [ARP-1]' 'client A' 'expect A equals S [SYN-2]'
    told 1 'FAIL SYN-2'
}
