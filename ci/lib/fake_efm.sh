# shellcheck shell=bash
# An EFM to talk to: a directory that looks like an installation of it, with the fake EFM in the place of the program.
# mock-efm called as .../efm plays the scenario .../efm.json, which is also what the backend `mock` is given.

# fake_efm_create NAME USER: makes $RUN_DIR/efm/NAME, whose state USER may write.
fake_efm_create() {
    local directory=$RUN_DIR/efm/$1
    mkdir -p "$RUN_DIR/efm"
    as_root install -d -o "$2" -g "$2" -m 755 "$directory"
    as_root ln -s "$MOCK_EFM" "$directory/efm"
    fake_efm_play "$1" '"description": "healthy"'
    as_root install -m 644 /dev/stdin "$directory/efm.properties" <<'EOP'
# The properties file of an imaginary cluster: what the extension may show of it, it shows.
db.user=efm
db.password.encrypted=4db5b6d1b5c4f1a9e3d0b7a6c5d4e3f2
db.port=5444
jdbc.properties=sslpassword=do-not-show&loggerLevel=OFF
user.email=dba@example.com
bind.address=10.0.0.1:7800
admin.port=7809
is.witness=false
auto.failover=true
script.notification=/usr/local/bin/tell --token=do-not-show
virtual.ip=10.0.0.100
notification.text.prefix=a=b, and \
    a second line
EOP
}

# fake_efm_play NAME KEYS: the cluster of NAME begins anew: a primary, two standbys, a witness, and the given further
# keys of a scenario (see mocks/README.md).
fake_efm_play() {
    as_root install -m 644 /dev/stdin "$RUN_DIR/efm/$1/efm.json" <<EOS
{
    "efm_version": "4.9",
    "local_node": "10.0.0.1",
    "vip": "10.0.0.100",
    "nodes": [
        {"address": "10.0.0.1", "role": "Primary"},
        {"address": "10.0.0.2", "role": "Standby"},
        {"address": "10.0.0.3", "role": "Standby"},
        {"address": "10.0.0.4", "role": "Witness"}
    ],
    "state_file": "efm.state",
    $2
}
EOS
    as_root rm -f "$RUN_DIR/efm/$1/efm.state"
}

# The lines of postgresql.conf that make a server use it: backend_settings BACKEND NAME.
backend_settings() {
    local directory=$RUN_DIR/efm/$2
    cat <<EOS
shared_preload_libraries = 'efm_extension'
efm.backend = '$1'
efm.cluster_name = 'efm'
efm.command_path = '$directory/efm'
efm.mock_scenario = '$directory/efm.json'
efm.properties_location = '$directory'
EOS
}

# The operating system user that runs the program of a backend.
backend_user() {
    if [ "$1" = sudo ]; then
        echo efm
    else
        echo postgres
    fi
}

# backend_server BACKEND NAME: a running server that talks to a fake EFM of its own through BACKEND; for `sudo` with
# the rules that the extension itself prints for its settings. The rules are left in $RUN_DIR/sudoers.NAME.
# Further lines for postgresql.conf come from standard input.
backend_server() {
    local backend=$1 name=$2
    [ "$backend" != sudo ] || efm_user_acquire
    fake_efm_create "$name" "$(backend_user "$backend")"
    { backend_settings "$backend" "$name"; cat; } | server_create "$name"
    server_start "$name"
    [ "$backend" != sudo ] || allow_by_sudo "$name"
}

# Puts the sudo rules for the current settings of a server in place.
allow_by_sudo() {
    server_sql "$1" -d postgres -c 'BEGIN' -c 'CREATE EXTENSION efm_extension' \
        -c 'SELECT * FROM efm_extension.efm_sudoers()' -c 'ROLLBACK' | sudoers_install "$1"
}
