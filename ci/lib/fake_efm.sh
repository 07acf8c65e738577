# shellcheck shell=bash
# An EFM to talk to: a directory that looks like an installation of it, with the fake EFM behind the launcher script.

# fake_efm_create NAME USER: makes $RUN_DIR/efm/NAME, with a cluster in good health whose state USER may write.
fake_efm_create() {
    local directory=$RUN_DIR/efm/$1
    mkdir -p "$RUN_DIR/efm"
    as_root install -d -o "$2" -g "$2" -m 755 "$directory"
    as_root ln -s "$MOCK_EFM" "$directory/mock-efm"
    # Like the real efm: a script, which starts the program as its child and ends as it does.
    as_root install -m 755 /dev/stdin "$directory/efm" <<'EOL'
#!/bin/sh
"${0%/*}/mock-efm" "$@"
exit $?
EOL
    as_root install -m 644 /dev/stdin "$directory/efm.properties" <<'EOP'
# The properties file of an imaginary cluster.
db.user=efm
db.password.encrypted=4db5b6d1b5c4f1a9e3d0b7a6c5d4e3f2
db.port=5444
jdbc.properties=sslpassword=do-not-show&loggerLevel=OFF
user.email=dba@example.com
bind.address=10.0.0.1:7800
admin.port=7809
auto.failover=true
script.notification=/usr/local/bin/tell --token=do-not-show
virtual.ip=10.0.0.100
notification.text.prefix=cluster=efm, \
    site=A
EOP
    fake_efm_play "$1" healthy
}

# fake_efm_play NAME SCENARIO: the cluster of NAME begins anew, as mocks/scenarios/SCENARIO.json tells it. mock-efm
# plays the file that is named as itself; the backend `mock` is given the same one.
fake_efm_play() {
    local directory=$RUN_DIR/efm/$1
    sed '1s/{/{\n    "state_file": "efm.state",/' "$SOURCE_DIR/mocks/scenarios/$2.json" |
        as_root install -m 644 /dev/stdin "$directory/mock-efm.json"
    as_root rm -f "$directory/efm.state"
}

# The operating system user that runs the program of a backend.
backend_user() {
    if [ "$1" = sudo ]; then
        echo efm
    else
        echo postgres
    fi
}

# backend_server BACKEND NAME: a running server that talks to a fake EFM of its own through BACKEND; for `sudo` by the
# rules that the extension itself prints for its settings.
backend_server() {
    local backend=$1 name=$2 directory=$RUN_DIR/efm/$2
    [ "$backend" != sudo ] || efm_user_acquire
    fake_efm_create "$name" "$(backend_user "$backend")"
    server_create "$name" <<EOS
shared_preload_libraries = 'efm_extension'
efm.backend = '$backend'
efm.cluster_name = 'efm'
efm.command_path = '$directory/efm'
efm.mock_scenario = '$directory/mock-efm.json'
efm.properties_location = '$directory'
EOS
    server_start "$name"
    [ "$backend" != sudo ] || print_sudoers "$name" | sudoers_install "$name"
}

# print_sudoers NAME [STATEMENT]: the sudo rules for the settings of a server, after a statement that changes them.
print_sudoers() {
    server_sql "$1" -d postgres -c 'SET client_min_messages = warning' -c "${2:-SELECT WHERE false}" -c 'BEGIN' \
        -c 'CREATE EXTENSION IF NOT EXISTS efm_extension' -c 'SELECT * FROM efm_extension.efm_sudoers()' -c 'ROLLBACK'
}
