# shellcheck shell=bash
# The fake EFM as the failover manager of real PostgreSQL servers with streaming replication: the agent of mock-efm, with
# servers of its own in private directories, as postgres. Some of these servers preload the extension: the installed one.

label_cluster() {
    local file names=()
    for file in tests/cluster/t/*.pl; do
        names+=("$(basename "$file" .pl)")
    done
    # shellcheck disable=SC2034 # for run_tap
    TAP_SOURCES=tests/cluster
    run_tap "${names[@]}"
}
