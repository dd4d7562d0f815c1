#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The command line of rtm-server, its socket's path, and its console where it is no terminal.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

A='10.0.0.0/8 1.1.1.1 eth0'
B='20.1.0.0/16 2.2.2.2 eth1'
C='30.1.1.1/32 3.3.3.3 eth2'

# -- options -------------------------------------------------------------------------------------

@test "--help names every option and the environment" {
    once rtm-server --help
    is 0 "$status"
    is '' "$stderr"
    for word in --socket --mux --journal --load --help --version \
        RTM_SOCKET RTM_MUX RTM_JOURNAL --arp-slots RTM_ARP_SLOTS --listen --public --peers RTM_PEERS; do
        like "*$word*" "$output"
    done
}

@test "--version is one line" {
    once rtm-server --version
    is 0 "$status"
    is '' "$stderr"
    is 1 "${#lines[@]}"
    like 'rtm-server *[0-9]*' "$output"
}

@test "a wrong command line is a usage error, 64" {
    for line in --nonsense -x surplus '--mux poll' --mux --socket '--journal x' '--journal 1' \
        '--journal 64q' '--load' '--help=no'; do
        echo "rtm-server $line"
        read -ra words <<<"$line"
        once rtm-server "${words[@]}"
        is 64 "$status"
        is '' "$output"
        like '*rtm-server: *' "$stderr"
    done
}

@test "the error names the option that is unknown" {
    once rtm-server --nonsense
    like '*--nonsense*' "$stderr"
    once rtm-server surplus
    like '*surplus*' "$stderr"
}

@test "a wrong environment is a usage error too" {
    RTM_MUX=poll once rtm-server --socket "$sock"
    is 64 "$status"
    like '*RTM_MUX*' "$stderr"
    RTM_JOURNAL=much once rtm-server --socket "$sock"
    is 64 "$status"
    like '*RTM_JOURNAL*' "$stderr"
}

@test "RTM_SOCKET names the socket, an option beats it" {
    export RTM_SOCKET=$dir/env.sock
    start one rtm-server
    await one "# ready $dir/env.sock"
    start two rtm-server --socket "$sock"
    await two "# ready $sock"
    [ -S "$dir/env.sock" ]
    [ -S "$sock" ]
}

@test "without either the socket is in XDG_RUNTIME_DIR" {
    start one rtm-server
    await one "# ready $dir/rtm.sock"
    [ -S "$dir/rtm.sock" ]
}

# -- the path ------------------------------------------------------------------------------------

# path_of LENGTH: a path of so many bytes, in $path.
path_of() {
    path=$dir/$(printf '%*s' $(($1 - ${#dir} - 1 - 5)) '' | tr ' ' x).sock
    is "$1" "${#path}"
}

@test "a path of 107 bytes works, one of 108 is refused [TRN-7]" {
    path_of 107
    start one rtm-server --socket "$path"
    await one "# ready $path"
    [ -S "$path" ]
    ask one quit
    end one
    path_of 108
    once rtm-server --socket "$path"
    [ "$status" -ne 0 ]
    is '' "$output"
    like '*107*' "$stderr"
    is '' "$(find "$dir" -name 'x*')"
}

@test "a path in a folder that is not there [TRN-8]" {
    once rtm-server --socket "$dir/none/rtm.sock"
    is 1 "$status"
    like "rtm-server: *$dir/none/rtm.sock*No such file*" "$stderr"
}

@test "an empty path" {
    once rtm-server --socket ''
    [ "$status" -ne 0 ]
    like 'rtm-server: *' "$stderr"
}

@test "the socket of a live server stays its own [TRN-4]" {
    serve one
    ask one "create $A"
    once rtm-server --socket "$sock"
    is 1 "$status"
    is '' "$output"
    like "rtm-server: *$sock*" "$stderr"
    serve_client
    is "$A" "${rows[0]}"
    ask one digest
    like 'ok digest seq=1 *' "$closing"
}

# serve_client: a client at $sock that is synchronised, and what it shows.
serve_client() {
    start client rtm-client --socket "$sock"
    until_says client show '*state=synchronised*'
}

@test "a live server that is stopped still has its socket [TRN-4 TRN-5]" {
    serve one
    kill -s STOP "${pid[one]}"
    once rtm-server --socket "$sock"
    kill -s CONT "${pid[one]}"
    is 1 "$status"
    like "*$sock*" "$stderr"
    ask one digest
}

@test "the lock is held on the file beside the socket [TRN-5]" {
    serve one
    [ -f "$sock.lock" ]
    run flock_of "$sock.lock"
    is held "$output"
    ask one quit
    end one
    [ ! -e "$sock.lock" ]
}

@test "the socket of a dead server is replaced [TRN-3]" {
    serve one
    ask one "create $A"
    end one KILL 137
    [ -S "$sock" ]
    serve two
    ask two show
    is 'ok show routes=0' "$closing"
}

@test "a file that is no socket is not removed [TRN-8]" {
    echo precious >"$dir/file"
    once rtm-server --socket "$dir/file"
    is 1 "$status"
    like "*$dir/file*" "$stderr"
    is precious "$(<"$dir/file")"
}

@test "no permission [TRN-8]" {
    mkdir -m 555 "$dir/shut"
    as=()
    if [ "$(id -u)" -eq 0 ]; then # who may do everything, so another user tries
        chmod 755 "$dir"
        cp "$bin/rtm-server" "$dir"
        bin=$dir as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    fi
    run --separate-stderr timeout "$deadline" "${as[@]}" "$bin/rtm-server" \
        --socket "$dir/shut/rtm.sock" </dev/null
    is 1 "$status"
    is '' "$output"
    like "rtm-server: *$dir/shut/rtm.sock*Permission denied*" "$stderr"
}

# -- the console ---------------------------------------------------------------------------------

@test "a console on a file is answered, then the server goes on [CON-11 CON-12]" {
    printf '%s\n' "create $A" '' '# a comment' "create $A" show nonsense >"$dir/commands"
    commands_on_a_file() {
        start_on "$dir/commands" one rtm-server --socket "$sock" --mux "$mux"
        answer one
        is 'ok create seq=1' "$closing"
        answer one
        like 'error: exists: *' "$closing"
        answer one
        is "$A" "${rows[*]}"
        answer one
        like 'error: syntax: *' "$closing"
        serve_client
        is "$A" "${rows[0]}"
        end one TERM
        end client TERM
    }
    for_each_mux commands_on_a_file
}

@test "a file without a last line end is read to its end [CON-11]" {
    printf 'create %s\nshow' "$A" >"$dir/commands"
    start_on "$dir/commands" one rtm-server --socket "$sock"
    answer one
    answer one
    is "$A" "${rows[*]}"
}

@test "a file of many commands, the last of them quit" {
    for ((n = 0; n < 5000; n++)); do
        echo "create 10.0.$((n / 256)).$((n % 256))/32 1.1.1.1 eth0"
    done >"$dir/commands"
    echo quit >>"$dir/commands"
    many_commands() {
        run timeout "$deadline" "$bin/rtm-server" --socket "$sock" --mux "$mux" <"$dir/commands"
        is 0 "$status"
        is 5001 "$(grep -c '^ok' <<<"$output")"
        is 'ok quit' "${lines[-1]}"
        is 'ok create seq=5000' "${lines[-2]}"
    }
    for_each_mux many_commands
}

@test "a console on /dev/null [CON-12]" {
    console_on_null() {
        start_on /dev/null one rtm-server --socket "$sock" --mux "$mux"
        await one "# ready $sock"
        serve_client
        end client TERM
        end one TERM
    }
    for_each_mux console_on_null
}

@test "the end of a console on a pipe is not the end of the server [CON-11]" {
    end_of_pipe() {
        serve one --mux "$mux"
        ask one "create $A"
        hang_up one
        serve_client
        is "$A" "${rows[0]}"
        end client TERM
        end one INT
    }
    for_each_mux end_of_pipe
}

@test "commands in one write are answered in their order [CON-1]" {
    serve one
    printf '%s\n' "create $A" "create $B" "delete ${A%% *}" show lookup 'lookup 20.1.2.3' digest \
        stats help 'show clients' wait >&"${in[one]}"
    for wanted in 'ok create seq=1' 'ok create seq=2' 'ok delete seq=3' 'ok show routes=1' \
        'error: syntax: *' 'ok lookup routes=1' 'ok digest seq=3 routes=1 macs=0 digest=*' \
        'ok stats' 'ok help' 'ok show clients clients=0' 'ok wait'; do
        answer one
        like "$wanted" "$closing"
    done
}

# Changes are parsed together: what stands between them, and each refusal, keeps its place.
@test "changes in one write take effect one after the other [CON-1]" {
    local prefix=20.0.0.0/8 n
    {
        for n in 1 2 3 4 5; do
            printf '%s\n' "create $prefix $n.0.0.1 eth0" "create $prefix 9.9.9.9 eth9" '' \
                "update $prefix $n.0.0.2 eth1" '# a comment' "lookup 20.1.1.1" \
                "update $prefix $n.0.0 eth1" "delete $prefix" "update $prefix 9.9.9.9 eth9"
        done
        printf '%s\n' quit "create $A"
    } >"$dir/commands"
    for n in 1 2 3 4 5; do
        printf '%s\n' "ok create seq=$((3 * n - 2))" 'error: exists:' "ok update seq=$((3 * n - 1))" \
            "$prefix $n.0.0.2 eth1" 'ok lookup routes=1' 'error: address:' "ok delete seq=$((3 * n))" \
            'error: absent:'
    done >"$dir/expected"
    echo 'ok quit' >>"$dir/expected"
    run timeout "$deadline" "$bin/rtm-server" --socket "$sock" <"$dir/commands"
    is 0 "$status"
    is "$(cat "$dir/expected")" "$(sed -e '/^#/d' -e 's/^\(error: [a-z]*:\).*/\1/' <<<"$output")"
}

@test "quit, SIGINT and SIGTERM end with 0 and leave nothing [CON-13 TRN-6 ROB-7]" {
    ends_cleanly() {
        for how in quit INT TERM; do
            serve one --mux "$mux"
            if [ "$how" = quit ]; then
                ask one quit
                is 'ok quit' "$closing"
                end one
            else
                end one "$how"
            fi
            is '' "$(find "$dir" -name '*.sock*')"
        done
    }
    for_each_mux ends_cleanly
}

@test "refusals say what was wrong and what was expected [CON-2]" {
    serve one
    ask one "create $A"
    while IFS='|' read -r command pattern; do
        echo "$command"
        ask one "$command"
        like "$pattern" "$closing"
    done <<'END'
create 10.0.0.0/8 9.9.9.9 eth9|error: exists: *10.0.0.0/8*
update 11.0.0.0/8 9.9.9.9 eth9|error: absent: *11.0.0.0/8*
delete 11.0.0.0/8|error: absent: *11.0.0.0/8*
create 10.1.2.3/8 9.9.9.9 eth9|error: prefix: *10.0.0.0/8*
create 010.0.0.0/8 9.9.9.9 eth9|error: address: *010.0.0.0*
create 11.0.0.0/8 9.9.9 eth9|error: address: *9.9.9*
create 11.0.0.0/33 9.9.9.9 eth9|error: mask: *33*
create 11.0.0.0/x 9.9.9.9 eth9|error: mask: *x*
create 11.0.0.0/8 9.9.9.9 12345678901234567890123456789012|error: oif: *31*
create 11.0.0.0/8 9.9.9.9|error: syntax: *
delete|error: syntax: *
lookup 1.2.3|error: address: *1.2.3*
show 10.0.0.1/8|error: prefix: *10.0.0.0/8*
show via|error: syntax: *
show dev eth0 eth1|error: syntax: *
CREATE 11.0.0.0/8 9.9.9.9 eth9|error: syntax: *CREATE*
digest now|error: syntax: *
END
    ask one show
    is "$A" "${rows[*]}"
}

@test "show filters by prefix, gateway and interface [CON-6]" {
    serve one
    for row in "$A" "$B" "$C" '20.0.0.0/8 1.1.1.1 eth1'; do
        ask one "create $row"
    done
    while IFS='|' read -r words count; do
        ask one "show $words"
        is "$words ok show routes=$count ${#rows[@]}" "$words $closing $count"
    done <<'END'
|4
0.0.0.0/0|4
20.0.0.0/8|2
20.1.0.0/16|1
20.1.0.0/17|0
via 1.1.1.1|2
dev eth1|2
via 1.1.1.1 dev eth1|1
20.0.0.0/8 via 2.2.2.2 dev eth1|1
10.0.0.0/8 via 2.2.2.2|0
END
}

@test "a signal as soon as the path is taken leaves nothing [CON-13 TRN-6]" {
    for ((n = 0; n < 20; n++)); do
        start one rtm-server --socket "$sock"
        until [ -e "$sock.lock" ]; do
            kill -s 0 "${pid[one]}"
        done
        end one TERM
        is '' "$(find "$dir" -name '*.sock*')"
    done
}

# many_routes N FILE: a table file of so many rows; awk, for bats counts every command of a shell.
many_routes() {
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "10.%d.%d.%d/32 1.1.1.1 eth0\n", i / 65536, i / 256 % 256, i % 256 }' >"$2"
}

@test "a load is answered behind the rows of another answer, not between [CON-1]" {
    many_routes 20000 "$dir/table"
    echo nonsense >"$dir/bad"
    serve one
    printf '%s\n' "load $dir/table" wait "load $dir/bad" show digest >&"${in[one]}"
    # what comes up to the answer of digest, without the rows, and the rows before "ok show" counted
    timeout "$deadline" sed -u '/^ok digest/q' <&"${out[one]}" >"$dir/said"
    run -0 awk '/^#/ { next } /^[0-9]/ { rows++; next } { print $1, $2, rows + 0 }' "$dir/said"
    is "$(printf '%s\n' 'ok load 0' 'ok wait 0' 'ok show 20000' 'error: syntax: 20000' 'ok digest 20000')" "$output"
}

@test "what runs when the server ends has its closing line first [CON-1 CON-13]" {
    many_routes 300000 "$dir/table"
    serve one
    printf '%s\n' "load $dir/table" quit >&"${in[one]}"
    answer one
    like 'error: ended: *' "$closing"
    answer one
    is 'ok quit' "$closing"
    end one
    serve one
    printf '%s\n' "load $dir/table" 'show clients' wait >&"${in[one]}"
    answer one # of show clients: the load was read before it; whether wait was, nobody can tell
    kill -s TERM "${pid[one]}"
    answer one
    like '@(error: ended: |ok load )*' "$closing" # it may have come to its end
    ! answer one || is 'ok wait' "$closing"
    end one
}

# -- table files ---------------------------------------------------------------------------------

# load_file NAME FILE: and its answer, which is the next where nothing else is asked.
load_file() {
    printf 'load %s\n' "$2" >&"${in[$1]}"
    answer "$1"
}

@test "load and save give the same table back [CON-14 CON-18]" {
    round_trip() {
        { printf '# a table\n\n%s\n%s\n' "$B" "$A"; printf '%s' "$C"; } >"$dir/table"
        serve one --mux "$mux"
        load_file one "$dir/table"
        is 'ok load routes=3 macs=0 seq=3' "$closing"
        ask one "save $dir/saved"
        is 'ok save routes=3 macs=0' "$closing"
        ask one digest
        before=${closing#* routes}
        end one TERM
        serve two --mux "$mux"
        load_file two "$dir/saved"
        ask two digest
        is "$before" "${closing#* routes}"
        ask two show
        is "$A $B $C" "${rows[*]}"
        end two TERM
        is "$A
$B
$C" "$(grep -v '^#' "$dir/saved" | sort)"
    }
    for_each_mux round_trip
}

@test "--load fills the table at the start, and is no command that is answered [CON-1]" {
    printf '%s\n' "$A" "$B" >"$dir/table"
    serve one --load "$dir/table"
    ask one wait
    is 'ok wait' "$closing"
    ask one show
    is 'ok show routes=2' "$closing"
    is "$A $B" "${rows[*]}"
}

@test "--load of a bad file, or of none, ends the server and says where [CON-15]" {
    printf '%s\n' "$A" nonsense >"$dir/table"
    mkfifo "$dir/console"
    for table in "$dir/table" "$dir/none"; do
        run --separate-stderr timeout 20 "$bin/rtm-server" --socket "$sock" --load "$table" <>"$dir/console"
        is 1 "$status"
        like "rtm-server: --load: *$table*" "$stderr"
        [ ! -e "$sock" ]
    done
    like '*: No such file*' "$stderr"
}

@test "who is told to quit before the table of the start is in ends with status 0 [CON-13]" {
    printf '10.%s.0/24 1.1.1.1 eth0\n' {0..255}.{0..99} >"$dir/table"
    run --separate-stderr timeout 20 "$bin/rtm-server" --socket "$sock" --load "$dir/table" <<<quit
    is '0 ok quit' "$status ${lines[-1]}"
    like '*--load: ended: *' "$stderr"
}

@test "a bad line is named with file and line, and nothing is applied [CON-15]" {
    serve one
    ask one "create $C"
    while IFS='|' read -r bad wanted; do
        printf '# head\n%s\n%s\n%s\n' "$A" "$bad" "$B" >"$dir/table"
        echo "$bad"
        load_file one "$dir/table"
        like "error: *$dir/table:3*$wanted*" "$closing"
        ask one digest
        like 'ok digest seq=1 routes=1 *' "$closing"
    done <<'END'
40.0.0.0/8 1.1.1.1|
40.0.0.0/8 1.1.1.1 eth0 more|
40.0.0.0 1.1.1.1 eth0|
40.0.0.0/33 1.1.1.1 eth0|33
40.0.0.1/8 1.1.1.1 eth0|40.0.0.0/8
40.0.0/8 1.1.1.1 eth0|40.0.0
40.0.0.0/8 1.1.1.256 eth0|1.1.1.256
40.0.0.0/8 1.1.1.1 12345678901234567890123456789012|31
30.1.1.1/32 9.9.9.9 eth9|30.1.1.1/32
10.0.0.0/8 9.9.9.9 eth9|10.0.0.0/8
create 40.0.0.0/8 1.1.1.1 eth0|
END
}

@test "files that cannot be read or written are named [CON-19]" {
    serve one
    ask one "create $A"
    mkdir "$dir/folder"
    ask one "load $dir/none"
    like "error: file: *$dir/none*No such file*" "$closing"
    ask one "load $dir/folder"
    like "error: file: *$dir/folder*" "$closing"
    mkfifo "$dir/fifo" # nobody writes to it: to wait for it would stop the server
    for file in "$dir/fifo" /dev/null /dev/zero; do
        ask one "load $file"
        like "error: file: *$file*" "$closing"
    done
    ask one "save $dir/none/saved"
    like "error: file: *$dir/none/saved*No such file*" "$closing"
    ask one "save $dir/folder"
    like "error: file: *$dir/folder*" "$closing"
    [ -d "$dir/folder" ]
    is '' "$(find "$dir/folder" -mindepth 1)"
}

@test "a save that fails leaves the older file and no other [CON-19]" {
    for ((n = 0; n < 1000; n++)); do
        echo "10.0.$((n / 256)).$((n % 256))/32 1.1.1.1 eth0"
    done >"$dir/table"
    serve one
    load_file one "$dir/table"
    echo older >"$dir/saved"
    prlimit --pid "${pid[one]}" --fsize=4096:
    ask one "save $dir/saved"
    like "error: file: *$dir/saved*File too large*" "$closing"
    is older "$(<"$dir/saved")"
    is "$dir/saved" "$(find "$dir" -name '*saved*')"
    prlimit --pid "${pid[one]}" --fsize=unlimited:
    ask one "save $dir/saved"
    is 'ok save routes=1000 macs=0' "$closing"
    is "$dir/saved" "$(find "$dir" -name '*saved*')"
    is "$(sort "$dir/table")" "$(grep -v '^#' "$dir/saved" | sort)"
}

@test "a limit of the shell's for files refuses a save and ends nothing [CON-19]" {
    limited() {
        printf '%s\n' "create $A" "save $dir/saved" digest quit |
            (ulimit -f 0; exec timeout "$deadline" "$bin/rtm-server" --socket "$sock")
    }
    run limited
    is 0 "$status"
    like "error: file: $dir/saved: File too large*" "${lines[-3]}"
    is 'ok quit' "${lines[-1]}"
    [ ! -e "$dir/saved" ]
}

@test "an empty file is an empty table" {
    : >"$dir/table"
    serve one
    load_file one "$dir/table"
    is 'ok load routes=0 macs=0 seq=0' "$closing"
    ask one "save $dir/saved"
    is 'ok save routes=0 macs=0' "$closing"
}
