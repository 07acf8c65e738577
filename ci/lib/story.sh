# shellcheck shell=bash
# What ci/demo tells: once how the extension is set up, then for each backend the same statements.

# The one server of the demo.
STORY_SERVER=demo

story_setting_up() {
    section 'A private PostgreSQL server'
    server_create "$STORY_SERVER" <<EOS
shared_preload_libraries = 'efm_extension'
efm.bgw_enabled = on
efm.bgw_interval = 1
efm.bgw_persist_history = on
EOS
    server_start "$STORY_SERVER"
    say "$(server_sql "$STORY_SERVER" -d postgres -c 'SHOW server_version'), in $RUN_DIR, listening on a socket there"

    section 'Setting up'
    explain 'The extension is made of SQL functions whose bodies are efm commands.'
    statement "$STORY_SERVER" 'CREATE EXTENSION efm_extension;'
    explain 'It must know the name of the cluster. Such settings belong to superusers.'
    statement "$STORY_SERVER" "ALTER SYSTEM SET efm.cluster_name = 'efm';"
    explain 'Nobody but superusers may call these functions. A site lets its on-call role do one thing by writing a' \
        'function for it, whose body is the efm command, and granting that. The address is checked: it is an inet.'
    statement "$STORY_SERVER" "CREATE ROLE oncall LOGIN;"
    statement "$STORY_SERVER" "CREATE FUNCTION prefer_standby(node inet) RETURNS boolean
             LANGUAGE plefm SECURITY DEFINER AS 'set-priority {cluster} {node} 1';"
    statement "$STORY_SERVER" 'REVOKE EXECUTE ON FUNCTION prefer_standby(inet) FROM PUBLIC;'
    statement "$STORY_SERVER" 'GRANT EXECUTE ON FUNCTION prefer_standby(inet) TO oncall;'
    explain 'And it lets its monitoring role read: the status, the properties, nothing that changes the cluster.'
    statement "$STORY_SERVER" 'CREATE ROLE monitoring LOGIN;'
    statement "$STORY_SERVER" "SELECT efm_extension.grant_access_to_user('monitoring');"
}

# story_backend BACKEND
story_backend() {
    local backend=$1 directory=$RUN_DIR/efm/$1
    case $backend in
        mock) section 'Backend mock: a scripted EFM inside the server, no process, no EFM needed' ;;
        direct) section 'Backend direct: the program is run as the user of the server' ;;
        sudo) section 'Backend sudo: the program is run as the user efm, through sudo' ;;
    esac
    [ "$backend" != sudo ] || efm_user_acquire
    fake_efm_create "$backend" "$(backend_user "$backend")"
    explain 'How efm is run is a setting; the statements stay the same.'
    statement "$STORY_SERVER" "ALTER SYSTEM SET efm.backend = '$backend';"
    case $backend in
        mock) statement "$STORY_SERVER" "ALTER SYSTEM SET efm.mock_scenario = '$directory/mock-efm.json';" ;;
        *) statement "$STORY_SERVER" "ALTER SYSTEM SET efm.command_path = '$directory/efm';" ;;
    esac
    statement "$STORY_SERVER" "ALTER SYSTEM SET efm.properties_location = '$directory';"
    statement "$STORY_SERVER" 'SELECT pg_reload_conf();'
    wait_for 10 settings_are_for "$backend"
    [ "$backend" != sudo ] || story_sudoers
    story_looking
    story_changing
    story_refusing
    story_promoting
    story_watching
    story_cancelling "$backend"
}

settings_are_for() {
    [ "$(server_sql "$STORY_SERVER" -d postgres -c 'SHOW efm.backend' -c 'SHOW efm.properties_location')" = \
        "$1"$'\n'"$RUN_DIR/efm/$1" ]
}

story_sudoers() {
    explain 'sudo must allow it. The extension prints the rules for its settings: these commands, for this cluster,' \
        'and nothing else.'
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_sudoers();'
    explain 'Without them the call is refused, and the error says what to do.'
    refused "$STORY_SERVER" "SELECT efm_extension.efm_allow_node('10.0.0.5');"
    explain 'Now they are checked and put in place (the aliases get names of their own here, in case this machine has' \
        'the same rules for its real EFM).'
    print_sudoers "$STORY_SERVER" | sudoers_install demo
    printf '\n# visudo -c -f %s\n' "$(tail -n 1 "$RUN_DIR/sudoers")"
    as_root visudo -c -f "$(tail -n 1 "$RUN_DIR/sudoers")"
}

story_looking() {
    explain 'Is EFM there, and how is the cluster?'
    statement "$STORY_SERVER" 'SELECT * FROM efm_extension.efm_is_available();'
    statement "$STORY_SERVER" --as monitoring "SELECT efm_extension.efm_cluster_status('text');"
    explain 'The same as rows. They come from a cache that all sessions share, and that a background worker keeps fresh.'
    statement "$STORY_SERVER" --as monitoring \
        "SELECT node_ip, node_type, db_status, priority, replayed_lsn, lag_bytes, vip_active FROM efm_extension.efm_get_nodes();"
    explain 'For Prometheus and others there are metrics, as rows and as text.'
    statement "$STORY_SERVER" --as monitoring "SELECT metric_name, value FROM efm_extension.efm_metrics
             WHERE metric_name IN ('efm_up', 'efm_cluster_primaries', 'efm_cluster_safe_to_promote');"
    statement "$STORY_SERVER" --as monitoring 'SELECT efm_extension.efm_node_status_json();'
    explain 'The properties file of the cluster. Only what cannot hold a secret is shown.'
    statement "$STORY_SERVER" --as monitoring 'SELECT * FROM efm_extension.efm_local_properties;'
}

story_changing() {
    explain 'A new node may join; node 3 shall be promoted first. 0 is the exit status of efm.'
    statement "$STORY_SERVER" "SELECT efm_extension.efm_allow_node('10.0.0.5');"
    statement "$STORY_SERVER" "SELECT efm_extension.efm_set_priority('10.0.0.3', '1');"
    explain 'The new node shall not join after all: who is allowed and not there is missed by what follows.'
    statement "$STORY_SERVER" "SELECT efm_extension.efm_disallow_node('10.0.0.5');"
    explain 'What would run, without running it:'
    statement "$STORY_SERVER" "SELECT efm_extension.efm_command_line('set-priority', '10.0.0.3', '1');"
}

story_refusing() {
    explain 'No argument ever passes through a shell, and what is no address does not even reach efm.'
    refused "$STORY_SERVER" "SELECT efm_extension.efm_allow_node('10.0.0.1; rm -rf /');"
    explain 'What efm itself refuses is an error, too, with its own words.'
    refused "$STORY_SERVER" "SELECT efm_extension.efm_set_priority('10.9.9.9', '1');"
    explain 'The on-call role may do its one thing. Neither role may fail over: nothing is run for them.'
    statement "$STORY_SERVER" --as oncall "SELECT prefer_standby('10.0.0.2');"
    refused "$STORY_SERVER" --as oncall 'SELECT efm_extension.efm_failover();'
    refused "$STORY_SERVER" --as monitoring 'SELECT efm_extension.efm_failover();'
}

story_promoting() {
    explain 'A planned switchover. First: can it be done?'
    statement "$STORY_SERVER" 'SELECT "check", passed, detail FROM efm_extension.efm_preflight();'
    explain 'Then it is done, and each step is told. true: a new primary has been seen.'
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_promote(switchover => true);'
    statement "$STORY_SERVER" 'SELECT node_ip, node_type, db_status, priority, vip_active FROM efm_extension.efm_get_nodes();'
    explain 'And back to node 1, the one that this server is on. As in release 1.0, efm_switchover() does not wait.'
    statement "$STORY_SERVER" "SELECT efm_extension.efm_set_priority('10.0.0.1', '1');"
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_switchover();'
    explain 'Who expects another primary than there is promotes nothing.'
    refused "$STORY_SERVER" "SELECT efm_extension.efm_promote(expected_primary => '10.0.0.2');"
    explain 'A failover: the old primary is shut down and left alone. efm asks whether that is meant; calling the' \
        'function is the answer.'
    statement "$STORY_SERVER" "SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1');"
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_node_status_json();'
    explain 'The agent of this node is idle now. When its database has been brought back as a standby, the agent is' \
        'told to monitor it again.'
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_resume_monitoring();'
    statement "$STORY_SERVER" 'SELECT efm_extension.efm_node_status_json();'
}

# What the worker has kept of all this.
story_watching() {
    explain 'The background worker has seen it, and has kept what has changed.'
    wait_for 20 history_knows_of_resume
    statement "$STORY_SERVER" --as monitoring "SELECT happened_at::time(0), kind, node, old_value, new_value
             FROM efm_extension.efm_events ORDER BY id DESC LIMIT 6;"
    statement "$STORY_SERVER" --as monitoring \
        'SELECT state, polls, failures, last_success::time(0) FROM efm_extension.efm_worker_status();'
}

history_knows_of_resume() {
    [ "$(server_sql "$STORY_SERVER" -d postgres -c "SELECT n.node_type FROM efm_extension.efm_status_history h,
        efm_extension.efm_status_nodes(h.status_json) n WHERE n.node_address = '10.0.0.1' ORDER BY h.id DESC LIMIT 1")" = \
        Standby ]
}

# One call that hangs, cancelled from another session, as statement_timeout or Ctrl-C would.
story_cancelling() {
    local backend=$1 hanging sql="SELECT efm_extension.efm_cluster_status('text');" began
    fake_efm_play "$backend" hang
    as_root sed -i 's/{"hang": true}/{"subcommand": "cluster-status", "hang": true}/' "$RUN_DIR/efm/$backend/mock-efm.json"
    explain 'From here on the text report of efm hangs. One session asks for it and waits; another one cancels it. (The' \
        'background worker asks for the JSON, and goes on.)'
    printf '\npostgres=# %s\n' "$sql"
    as_postgres env PGAPPNAME=waiting "$PG_BIN/psql" -X -h "$(server_socket "$STORY_SERVER")" -p "$SERVER_PORT" \
        -U postgres -d postgres -c "$sql" >"$RUN_DIR/waiting" 2>&1 &
    hanging=$!
    wait_for 20 command_hangs "$backend"
    story_processes "$backend"
    statement "$STORY_SERVER" "SELECT pid, state, wait_event_type, wait_event FROM pg_stat_activity
             WHERE application_name = 'waiting';"
    began=${EPOCHREALTIME/./}
    statement "$STORY_SERVER" "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'waiting';"
    ! wait "$hanging" || die 'the call should have been cancelled'
    printf '\nThe first session, at most %s ms later (two starts of psql included):\n' \
        "$(((${EPOCHREALTIME/./} - began) / 1000))"
    cat "$RUN_DIR/waiting"
    story_processes "$backend"
    [ -z "$(command_processes "$backend")" ] || die 'no process should have been left'
}

command_hangs() {
    [ "$(server_sql "$STORY_SERVER" -d postgres -c \
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waiting' AND state = 'active'")" = 1 ] &&
        { [ "$1" = mock ] || [ -n "$(command_processes "$1")" ]; }
}

# The processes that make the text report with the program of a backend, whoever they belong to.
command_processes() {
    local all
    all=$(ps -e -o user:10,pid,ppid,stat,args)
    grep -F "$RUN_DIR/efm/$1/" <<<"$all" | grep -F 'cluster-status efm' || true
}

story_processes() {
    local found
    found=$(command_processes "$1")
    if [ "$1" = mock ]; then
        printf '\nProcesses of efm: none, ever, on this backend\n'
    elif [ -z "$found" ]; then
        printf '\nProcesses of efm: none is left\n'
    else
        printf '\nProcesses of efm:\n%s\n' "$found"
    fi
}
