# shellcheck shell=bash
# The files of extension/integrations with the programs that they are for: promtool, prometheus-sql-exporter,
# Prometheus, zabbix_agent2, all of Debian and on private ports of 127.0.0.1. None of them is installed or started as a
# service.

label_monitoring() {
    local file names=() packages=(python3-prometheus-client python3-yaml)
    if command -v apt-get >/dev/null; then
        install_missing "${packages[@]}"
    fi
    if ! unpack_programs prometheus prometheus-sql-exporter zabbix-agent2; then
        skipped 'Prometheus, its SQL exporter and the Zabbix agent are not here, and there is no package of them'
        return 0
    fi
    for file in tests/monitoring/t/*.pl; do
        names+=("$(basename "$file" .pl)")
    done
    cp -r extension/integrations "$RUN_DIR/integrations"
    chmod -R a+rX "$RUN_DIR/integrations"
    export EFM_TEST_INTEGRATIONS=$RUN_DIR/integrations
    # shellcheck disable=SC2034 # for run_tap
    TAP_SOURCES=tests/monitoring TAP_PATH=$UNPACKED_PATH
    run_tap "${names[@]}"
}

# install_missing PACKAGE...
install_missing() {
    local missing
    missing=$(printf '%s\n' "$@" | missing_packages)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # one name a word
    apt_install $missing || { apt_update && apt_install $missing; }
}
