# shellcheck shell=bash
# Shows statements as a person would type them, and what the server answers.

# explain TEXT...: a paragraph before a group of statements.
explain() {
    echo
    fold -s -w 100 <<<"$*" | sed 's/^/-- /; s/ *$//'
}

# statement NAME [--as ROLE] SQL: one statement, in a session of its own on the server NAME. An error is an answer too:
# whoever reads it is told what to expect. psql knows what a transaction or a role is worth, so nothing is hidden.
statement() {
    local name=$1 role=postgres prompt='postgres=#'
    shift
    if [ "$1" = --as ]; then
        role=$2
        prompt='postgres=>'
        shift 2
    fi
    printf '\n%s %s\n' "$prompt" "$1"
    # The whole of standard error where it happens, not behind the rows.
    as_postgres "$PG_BIN/psql" -X -h "$(server_socket "$name")" -p "$SERVER_PORT" -U "$role" -d postgres \
        -P pager=off -P null='(null)' -c "$1" 2>&1 || true
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            complain "waited in vain for: $*"
            return 1
        fi
        sleep 0.05
    done
}
