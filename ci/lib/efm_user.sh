# shellcheck shell=bash
# The operating system user `efm`, as the packages of EFM make it: created only where it is missing, removed by the
# last run that needs it and only if one of them created it. Runs may overlap: the register says who needs it.

EFM_USER_REGISTER=${EFM_USER_REGISTER:-/run/efm_extension-ci}

efm_user_acquire() {
    touch "$RUN_DIR/user"
    with_register_lock efm_user_register
}

# efm_user_release RUN_DIRECTORY
efm_user_release() {
    with_register_lock efm_user_unregister "$1"
}

# One run at a time looks at the register and acts on it. A directory is a lock that root can take through sudo, too.
with_register_lock() {
    local status=0 tries=0
    until as_root mkdir "$EFM_USER_REGISTER.lock" 2>/dev/null; do
        tries=$((tries + 1))
        # Nobody holds it for more than a moment: whoever took it has been killed.
        [ "$tries" -lt 300 ] || break
        sleep 0.1
    done
    "$@" || status=$?
    as_root rmdir "$EFM_USER_REGISTER.lock" || true
    return "$status"
}

efm_user_register() {
    as_root mkdir -p "$EFM_USER_REGISTER" || return
    as_root touch "$EFM_USER_REGISTER/$(basename "$RUN_DIR")" || return
    getent passwd efm >/dev/null && return 0
    say 'creating the operating system user efm (removed at the end)'
    local group=(--user-group)
    if getent group efm >/dev/null; then
        group=(--gid efm)
    fi
    as_root useradd --system "${group[@]}" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        --comment 'EDB Failover Manager, by ci of efm_extension' efm || return
    as_root touch "$EFM_USER_REGISTER/created"
}

efm_user_unregister() {
    local entry
    as_root rm -f "$EFM_USER_REGISTER/$(basename "$1")"
    for entry in "$EFM_USER_REGISTER"/efm-*; do
        # Another run still needs the user; an entry without its directory is of a run that is gone.
        [ ! -d "$RUN_DIRECTORY_PARENT/$(basename "$entry")" ] || return 0
    done
    # When the user cannot be removed the record stays, so that the next run tries again.
    if [ -e "$EFM_USER_REGISTER/created" ] && getent passwd efm >/dev/null; then
        as_root userdel efm || return
    fi
    as_root rm -rf --one-file-system "$EFM_USER_REGISTER"
}
