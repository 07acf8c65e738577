# shellcheck shell=bash
# Runs the test programs that ctest knows under a label, and counts their cases, not the programs.

# A test script that cannot run here says so with this exit status (SKIP_RETURN_CODE in the CMakeLists.txt).
SKIP_STATUS=77

# Name and command line of every test of a label, as ctest would run them; one a line.
ctest_commands() {
    ctest --test-dir "$1" -L "^$2\$" --show-only=json-v1 |
        perl -MJSON::PP -0777 -ne 'print join("\t", $_->{name}, @{$_->{command}}), "\n" for @{decode_json($_)->{tests}}'
}

# Cases of a GoogleTest report: `passed SUITE.CASE`, `failed …` or `skipped …`, one a line.
gtest_cases() {
    perl -0777 -ne '
        while (/<testcase name="([^"]*)"([^>]*?)classname="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs) {
            my ($name, $attributes, $suite, $inside) = ($1, $2, $3, $4 // "");
            my $result = $inside =~ /<failure/ ? "failed" : $attributes =~ /result="completed"/ ? "passed" : "skipped";
            print "$result $suite.$name\n";
        }' "$1"
}

# What stands before a test program, as the user that runs it: no test hangs for ever.
# shellcheck disable=SC2034 # for the labels
WITH_TIMEOUT=(timeout -k 10 "${TEST_TIMEOUT:-300}")

# run_gtest_program NAME REPORT_DIRECTORY COMMAND...: runs one program, and records each of its cases. A program that
# writes no report, because it crashed or is none of GoogleTest, is one test.
run_gtest_program() {
    local name=$1 report=$2/$1.xml log=$LABEL_OUTPUT/$1.log status=0 result case failures=0
    shift 2
    say "$name"
    with_heartbeat "$name" "$log" "$@" </dev/null || status=$?
    if [ -s "$report" ]; then
        while read -r result case; do
            "$result" "$name: $case"
            [ "$result" != failed ] || failures=$((failures + 1))
        done < <(gtest_cases "$report")
    elif [ "$status" -eq 0 ]; then
        passed "$name"
    elif [ "$status" -eq "$SKIP_STATUS" ]; then
        skipped "$name: $(tail -n 1 "$log")"
        return
    fi
    if [ "$status" -ne 0 ]; then
        [ "$failures" -gt 0 ] || failed "$name (the program ended with status $status)"
        say "the failures in $log, or its end:"
        { grep -A 12 -E '^[^ ]+:[0-9]+: Failure|ERROR: (Address|Leak)Sanitizer|runtime error:' "$log" ||
            tail -n 40 "$log"; } | grep -vE '^\[ +(OK|RUN) +\]' | head -n 120 | quote
    fi
}
