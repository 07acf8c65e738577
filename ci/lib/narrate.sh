# shellcheck shell=bash
# Shows statements as a person would type them, and what the server answers.

# explain TEXT...: a paragraph before a group of statements.
explain() {
    echo
    fold -s -w 100 <<<"$*" | sed 's/^/-- /; s/ *$//'
}

# statement NAME [--as ROLE] SQL: one statement, in a session of its own on the server NAME. It must succeed.
statement() {
    show_statement "$@" || die 'that statement should have succeeded'
}

# refused NAME [--as ROLE] SQL: the same for a statement that must fail.
refused() {
    ! show_statement "$@" || die 'that statement should have been refused'
}

show_statement() {
    local name=$1 role=postgres prompt='postgres=#'
    shift
    if [ "$1" = --as ]; then
        role=$2
        prompt="$2@postgres=>"
        shift 2
    fi
    printf '\n%s %s\n' "$prompt" "$1"
    # Errors where they happen, and not ahead of the rows or behind them.
    as_postgres "$PG_BIN/psql" -X -h "$(server_socket "$name")" -p "$SERVER_PORT" -U "$role" -d postgres \
        -P pager=off -P null='(null)' -c "$1" 2>&1
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
