# shellcheck shell=bash
# The one directory of a run. Everything that a run makes outside the build lies in it or is written down in it, so
# that one function cleans up: at the end, on a signal, on `ci/demo --stop`, and after a run that was killed outright.
#
#   owner          process id of the script; a directory whose owner is gone and that has no `keep` is left over
#   keep           there when the servers shall outlive the script
#   sudoers        the files put into /etc/sudoers.d, one a line
#   user           there when this run needs the operating system user efm

# In /tmp whatever TMPDIR says: a socket's path has 107 bytes at most, and postgres and efm must be able to enter.
RUN_DIRECTORY_PARENT=/tmp

# run_directory_create PURPOSE: sets RUN_DIR, and has it removed at the end, whatever the end is.
run_directory_create() {
    run_directory_sweep
    RUN_DIR=$(mktemp -d "$RUN_DIRECTORY_PARENT/efm-$1.XXXXXX")
    chmod 755 "$RUN_DIR"
    echo $$ >"$RUN_DIR/owner"
    trap 'run_directory_end' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

run_directory_end() {
    local status=$?
    # From here on a second Ctrl-C shall not leave half of it behind.
    trap '' HUP INT TERM
    trap - EXIT
    [ -e "$RUN_DIR/keep" ] || run_directory_remove "$RUN_DIR"
    exit "$status"
}

# Stops and removes what a run directory holds and names, then the directory. Goes on after a failure: the rest must
# go too.
run_directory_remove() {
    local directory=$1 line
    while read -r line; do
        server_stop "${line%/postmaster.pid}" || complain "the server in ${line%/*} could not be stopped"
    done < <(as_root find "$directory" -xdev -name postmaster.pid)
    if [ -e "$directory/sudoers" ]; then
        while read -r line; do
            case $line in
                /etc/sudoers.d/efm_extension_*) as_root rm -f "$line" || complain "$line could not be removed" ;;
            esac
        done <"$directory/sudoers"
    fi
    if [ -e "$directory/user" ]; then
        efm_user_release "$directory" || complain "the user efm could not be removed"
    fi
    as_root rm -rf --one-file-system "$directory"
}

# Cleans up after runs of ours that could not do it themselves (killed, power lost).
run_directory_sweep() {
    local directory
    for directory in "$RUN_DIRECTORY_PARENT"/efm-{demo,test,bench}.??????; do
        # -O: what another user has made is neither believed nor touched.
        if [ -L "$directory" ] || [ ! -O "$directory" ] || [ ! -e "$directory/owner" ] ||
            [ -e "$directory/keep" ] || [ -d "/proc/$(<"$directory/owner")" ]; then
            continue
        fi
        say "cleaning up after a run that was killed: $directory"
        run_directory_remove "$directory"
    done
}
