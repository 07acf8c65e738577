# shellcheck shell=bash
# pg_regress over the whole SQL surface: the same statements and the same expected answers on every backend, each on a
# server and a fake EFM of its own.

label_regress_mock() { run_regress mock; }
label_regress_direct() { run_regress direct; }
label_regress_sudo() { run_regress sudo; }

run_regress() {
    local backend=$1 name=regress-$1 status=0 work
    work=$RUN_DIR/server/$name/regress
    backend_server "$backend" "$name"
    create_odd_properties "$RUN_DIR/efm/$name"
    # The test promote writes further scenarios.
    as_root chown postgres "$RUN_DIR/efm/$name/mock-efm.json"
    [ "$backend" != sudo ] || allow_odd_commands "$name"
    # pg_regress and psql run as postgres, which may not be able to read the project's own directory.
    as_postgres mkdir "$work"
    tar -C "$SOURCE_DIR/tests/regress" -c . | as_postgres tar -C "$work" -x --no-same-owner
    # Without a file to compare with pg_regress would stop at that test; this way a new one shows what it answers.
    # shellcheck disable=SC2016 # for the inner shell
    as_postgres sh -c 'cd "$1" && mkdir -p expected && for test in sql/*.sql; do
        test=${test##*/} && touch -a "expected/${test%.sql}.out"; done' - "$work"
    with_heartbeat pg_regress "$LABEL_OUTPUT/pg_regress.log" as_postgres env \
        EFM_TEST_BACKEND="$backend" EFM_TEST_PROPERTIES="$RUN_DIR/efm/$name" \
        "$PG_REGRESS" --inputdir="$work" --outputdir="$work" --bindir="$PG_BIN" --schedule="$work/schedule" \
        --host="$(server_socket "$name")" --port="$SERVER_PORT" --user=postgres --dbname=efm_regress \
        --encoding=UTF8 || status=$?
    as_postgres tar -C "$work" -c --ignore-failed-read results regression.diffs regression.out 2>/dev/null |
        tar -C "$LABEL_OUTPUT" -x --no-same-owner || true
    as_postgres cat "$RUN_DIR/server/$name/log" >"$LABEL_OUTPUT/server.log"
    record_regress "$status"
    server_stop "$RUN_DIR/server/$name/data"
}

# The rules that the extension prints when the tests let host names in, and one for a function of the test plefm that
# sends a word of its own.
allow_odd_commands() {
    {
        print_sudoers "$1" 'SET efm.allow_host_names = on'
        echo "postgres ALL=(efm) NOPASSWD: $RUN_DIR/efm/$1/efm ^disallow-node efm \\{\\{\$"
    } | sudoers_install "$1"
}

# Beside efm.properties: what cannot be read, for more than one reason.
create_odd_properties() {
    as_root install -m 600 /dev/null "$1/closed.properties"
    as_root mkfifo -m 644 "$1/fifo.properties"
    as_root mkdir "$1/folder.properties"
    echo 'broken=\u12' | as_root install -m 644 /dev/stdin "$1/malformed.properties"
}

# Reads the report: `test name ... ok` up to PostgreSQL 15, `ok 1 - name` from 16 on.
record_regress() {
    local result name failures=0
    while read -r result name; do
        "$result" "$name"
        [ "$result" = passed ] || failures=$((failures + 1))
    done < <(sed -nE \
        -e 's/^(test|     )  *([A-Za-z0-9_]+) +\.\.\. ok.*/passed \2/p' \
        -e 's/^(test|     )  *([A-Za-z0-9_]+) +\.\.\. FAILED.*/failed \2/p' \
        -e 's/^ok [0-9]+ +[-+] ([A-Za-z0-9_]+) .*/passed \1/p' \
        -e 's/^not ok [0-9]+ +[-+] ([A-Za-z0-9_]+) .*/failed \1/p' "$LABEL_OUTPUT/pg_regress.log")
    if [ "$1" -ne 0 ] && [ "$failures" -eq 0 ]; then
        failed "pg_regress ended with status $1"
        tail -n 20 "$LABEL_OUTPUT/pg_regress.log" | quote
    fi
    if [ -s "$LABEL_OUTPUT/regression.diffs" ]; then
        say "the first 150 lines of $LABEL_OUTPUT/regression.diffs:"
        head -n 150 "$LABEL_OUTPUT/regression.diffs" | quote
    fi
}
