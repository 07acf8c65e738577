# shellcheck shell=bash
# Private PostgreSQL servers: each has a data directory and a socket directory of its own below the run directory,
# listens on no network, and is stopped by its data directory. No other server is looked at.

# The port only names the socket, in a directory that nobody else uses.
SERVER_PORT=5432

# server_create NAME: initialises a server in $RUN_DIR/server/NAME. Lines for its configuration come from standard
# input.
server_create() {
    local directory=$RUN_DIR/server/$1 configuration
    configuration=$(cat)
    [ -d "$RUN_DIR/server" ] || as_root install -d -o postgres -g postgres -m 755 "$RUN_DIR/server"
    as_postgres mkdir "$directory"
    as_postgres mkdir -m 700 "$directory/socket"
    step "initialising a private server, '$1'" "$RUN_DIR/initdb.log" \
        as_postgres "$PG_BIN/initdb" -D "$directory/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions
    as_postgres tee -a "$directory/data/postgresql.conf" >/dev/null <<EOC

listen_addresses = ''
port = $SERVER_PORT
unix_socket_directories = '$directory/socket'
fsync = off        # nothing here outlives the run
log_line_prefix = '%m [%p] %q%a '
$configuration
EOC
}

server_start() {
    local directory=$RUN_DIR/server/$1
    if ! as_postgres "$PG_BIN/pg_ctl" start -w -s -t 60 -D "$directory/data" -l "$directory/log" >/dev/null; then
        complain "the server '$1' does not start; its log:"
        as_postgres tail -n 30 "$directory/log" >&2
        return 1
    fi
}

# server_stop DATA_DIRECTORY: nothing to do when no server runs there.
server_stop() {
    local control
    as_postgres test -e "$1/postmaster.pid" || return 0
    control=$(server_programs "$1")/pg_ctl
    as_postgres "$control" stop -w -s -m fast -t 60 -D "$1" >/dev/null ||
        as_postgres "$control" stop -w -s -m immediate -t 60 -D "$1" >/dev/null
}

# Where the programs of the server of a data directory are, also for a script that has not chosen a PostgreSQL.
server_programs() {
    as_postgres sed -n '1s|/postgres .*||p' "$1/postmaster.opts"
}

server_socket() {
    echo "$RUN_DIR/server/$1/socket"
}

# server_psql NAME [psql options]: psql as the superuser of that server.
server_psql() {
    local name=$1
    shift
    as_postgres "$PG_BIN/psql" -X -h "$(server_socket "$name")" -p "$SERVER_PORT" -U postgres "$@"
}

# server_sql NAME [psql options]: the same for scripts: values only, and it stops at the first error.
server_sql() {
    local name=$1
    shift
    server_psql "$name" -q -A -t -v ON_ERROR_STOP=1 "$@"
}
