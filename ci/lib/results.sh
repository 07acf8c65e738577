# shellcheck shell=bash
# What the tests came to. A label runs in a subshell, so its results are lines in a file of its own:
# `passed NAME`, `failed NAME`, `skipped NAME`.

results_file() {
    echo "$RUN_DIR/results/$1"
}

# passed NAME / failed NAME / skipped NAME: one test of the label that runs.
passed() { echo "passed $*" >>"$(results_file "$LABEL")"; }
skipped() {
    echo "skipped $*" >>"$(results_file "$LABEL")"
    say "SKIPPED $*"
}
failed() {
    echo "failed $*" >>"$(results_file "$LABEL")"
    say "FAILED $*"
}

# check NAME COMMAND...: one test; what the command says is shown when it fails.
check() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        passed "$name"
    else
        failed "$name"
        [ -z "$said" ] || quote <<<"$said"
    fi
}

# check_silent NAME COMMAND...: one test that lists what is wrong: it passes when there is nothing to list.
check_silent() {
    local name=$1 said
    shift
    said=$("$@" 2>&1) || true
    if [ -z "$said" ]; then
        passed "$name"
    else
        failed "$name"
        quote <<<"$said"
    fi
}

# count_results passed|failed|skipped [LABEL]: of all labels when none is named.
count_results() {
    # shellcheck disable=SC2086 # a name or a star
    cat "$RUN_DIR/results/"${2:-*} | grep -c "^$1 " || true
}

# run_label LABEL: every label runs, whatever became of the one before.
run_label() {
    local label=$1 status start=$SECONDS
    section "$label: $(label_purpose "$label")"
    mkdir -p "$RUN_DIR/results" "$OUTPUT_DIR/$label"
    : >"$(results_file "$label")"
    # Not in a condition: that would switch `set -e` off inside.
    set +e
    (
        set -e
        LABEL=$label
        # shellcheck disable=SC2034 # for the label
        LABEL_OUTPUT=$OUTPUT_DIR/$label
        "label_${label//-/_}"
    )
    status=$?
    set -e
    if [ "$status" -ne 0 ] && [ "$(count_results failed "$label")" -eq 0 ]; then
        LABEL=$label failed "$label itself ended with status $status"
    elif [ ! -s "$(results_file "$label")" ]; then
        LABEL=$label failed "$label ran no test"
    fi
    echo $((SECONDS - start)) >"$RUN_DIR/seconds.$label"
    say "$(printf '%s passed, %s failed, %s skipped in %s s' "$(count_results passed "$label")" \
        "$(count_results failed "$label")" "$(count_results skipped "$label")" $((SECONDS - start)))"
}

# The table, the failures by name, and the last line. Fails when a test did.
summary() {
    local label failures
    section 'Summary'
    printf '   %-16s %8s %8s %8s %8s\n' label passed failed skipped seconds
    for label in "$@"; do
        printf '   %-16s %8s %8s %8s %8s\n' "$label" "$(count_results passed "$label")" \
            "$(count_results failed "$label")" "$(count_results skipped "$label")" "$(<"$RUN_DIR/seconds.$label")"
    done
    failures=$(count_results failed)
    (cd "$RUN_DIR/results" && grep '^failed ' -- * /dev/null | sed 's/^\([^:]*\):failed /   FAILED in \1: /') || true
    echo
    printf '%s passed, %s failed' "$(count_results passed)" "$failures"
    if [ "$(count_results skipped)" -gt 0 ]; then
        printf ', %s skipped' "$(count_results skipped)"
    fi
    printf '\n'
    [ "$failures" -eq 0 ]
}
