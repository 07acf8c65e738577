# shellcheck shell=bash
# Many calls in one session: descriptors, memory and processes of the backend stay as they are. How many is told by
# EFM_LEAK_CALLS_DIRECT and EFM_LEAK_CALLS_MOCK; the long run of ci/README.md is 100000 and 1000000.

label_leak() {
    cp "$SOURCE_DIR/ci/labels/leak.sql" "$RUN_DIR/leak.sql"
    chmod 644 "$RUN_DIR/leak.sql"
    run_leak mock "${EFM_LEAK_CALLS_MOCK:-20000}"
    run_leak direct "${EFM_LEAK_CALLS_DIRECT:-2000}"
}

run_leak() {
    local backend=$1 calls=$2 name=leak-$1 log=$LABEL_OUTPUT/$1.log result rest
    backend_server "$backend" "$name"
    if step "$calls calls on $backend" "$log" \
        server_sql "$name" -d postgres -v calls="$calls" -f "$RUN_DIR/leak.sql"; then
        while read -r result rest; do
            "$result" "$backend: $rest"
            [ "$result" = failed ] || say "$rest"
        done < <(grep -E '^(passed|failed) ' "$log")
    else
        failed "$backend: the calls"
    fi
    server_stop "$RUN_DIR/server/$name/data"
}
