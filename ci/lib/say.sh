# shellcheck shell=bash
# What a person sees: headings, one line for each step, and a sign of life while a long step runs.

HEARTBEAT_SECONDS=${HEARTBEAT_SECONDS:-15}

# Seconds as m:ss.
clock() {
    printf '%d:%02d' "$(($1 / 60))" "$(($1 % 60))"
}

section() {
    printf '\n== %s  [%s]\n' "$*" "$(clock "$SECONDS")"
}

say() {
    printf '   %s\n' "$*"
}

complain() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
}

die() {
    complain "$@"
    exit 2
}

# Prints how far a step is, until it is killed: the time, and the last line of the step's log.
heartbeat() {
    local title=$1 log=$2 start=$SECONDS last
    while true; do
        # A read that nobody answers instead of a sleep, which would outlive this subshell.
        read -r -t "$HEARTBEAT_SECONDS" <> <(:) || true
        last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c 1-90 || true)
        say "... $title, $((SECONDS - start)) s${last:+: $last}"
    done
}

# Standard input, set off as what another program has said.
quote() {
    sed 's/^/   | /'
}

# with_heartbeat TITLE LOG COMMAND...: runs the command with its output in LOG, and shows signs of life. Its standard
# input is that of the caller, its status is returned.
with_heartbeat() {
    local title=$1 log=$2 status=0 pulse
    shift 2
    : >"$log"
    heartbeat "$title" "$log" &
    pulse=$!
    "$@" >>"$log" 2>&1 || status=$?
    kill "$pulse" 2>/dev/null || true
    wait "$pulse" 2>/dev/null || true
    return "$status"
}

# step TITLE LOG COMMAND...: the same, with a line before it, and after it when it took long. When the command fails
# the end of the log is shown.
step() {
    local title=$1 log=$2 status=0 start=$SECONDS
    say "$title"
    with_heartbeat "$@" || status=$?
    if [ "$status" -ne 0 ]; then
        say "FAILED with status $status after $((SECONDS - start)) s: ${*:3}"
        say "the end of $log:"
        tail -n 40 "$log" | quote
    elif [ $((SECONDS - start)) -ge 5 ]; then
        say "$title: done in $((SECONDS - start)) s"
    fi
    return "$status"
}
