# shellcheck shell=bash
# Tests that need servers of their own, several sessions and time: cancel, timeout, termination, server stop. Written
# in Perl on the server's own test modules, run by prove as postgres.

label_tap() {
    local file name names=()
    for file in tests/tap/t/*.pl; do
        name=$(basename "$file" .pl)
        [ "$name" = "$LEAK_TEST" ] || names+=("$name")
    done
    run_tap "${names[@]}"
}

# run_tap NAME...: tests of tests/tap/t, one after the other, each with a report of its own. TAP_SOURCES has other
# directories that are needed beside tests/tap, TAP_PATH those of programs that the tests shall find first.
run_tap() {
    local name status modules directory work=$RUN_DIR/tap-$LABEL
    modules=$("$PG_CONFIG" --pkglibdir)/pgxs/src/test/perl
    prepare_test_programs
    as_root install -d -o postgres -g postgres -m 755 "$work"
    for directory in tests/tap ${TAP_SOURCES:-}; do
        tar -C "$directory" -c . | as_postgres tar -C "$work" -x --no-same-owner
    done
    for name in "$@"; do
        say "$name"
        status=0
        # shellcheck disable=SC2016 # for the inner shell
        with_heartbeat "$name" "$LABEL_OUTPUT/$name.log" as_postgres env "${TEST_ENVIRONMENT[@]}" \
            PATH="${TAP_PATH:+$TAP_PATH:}$PG_BIN:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" PG_REGRESS="$PG_REGRESS" \
            TESTDIR="$work" TESTDATADIR="$work/tmp_check" TESTLOGDIR="$work/log" \
            "${WITH_TIMEOUT[@]}" \
            sh -c 'cd "$1" && exec prove --verbose -I "$2" -I "$1" "$3"' - "$work" "$modules" "t/$name.pl" \
            </dev/null || status=$?
        record_tap "$name" "$status" "$LABEL_OUTPUT/$name.log"
    done
    # Where the modules of the server keep the logs of servers has changed between majors.
    # shellcheck disable=SC2016 # for the inner shell
    as_postgres sh -c 'cd "$1" && find . -name "*.log" -print0 | tar -c --null --files-from=-' - "$work" |
        tar -C "$LABEL_OUTPUT" -x --no-same-owner || true
}

# record_tap FILE STATUS LOG: each line `ok` or `not ok` is a test; those of subtests are indented and not counted.
record_tap() {
    local file=$1 status=$2 log=$3 line failures=0
    while IFS= read -r line; do
        case $line in
            'ok '*'# skip'* | 'ok '*'# SKIP'*) skipped "$file: $line" ;;
            'ok '*) passed "$file: $line" ;;
            'not ok '*'# TODO'*) skipped "$file: $line" ;;
            'not ok '*)
                failed "$file: $line"
                failures=$((failures + 1))
                ;;
            '1..0 # '[Ss][Kk][Ii][Pp]*) skipped "$file: $line" ;;
        esac
    done <"$log"
    # Times that a test has measured are worth seeing.
    grep -E '^# .*[0-9] ms' "$log" | sed 's/^/   /' || true
    if [ "$status" -ne 0 ]; then
        [ "$failures" -gt 0 ] || failed "$file (prove ended with status $status)"
        say "the failures in $log, or its end:"
        { grep -A 5 '^ *#   Failed test' "$log" || tail -n 40 "$log"; } | head -n 80 | quote
    fi
}
