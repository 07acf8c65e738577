# shellcheck shell=bash
# The operating system user `efm`, as the packages of EFM make it: created only where it is missing, removed by the
# last run that needs it and only if one of them created it. Runs may overlap.

EFM_USER_REGISTER=/run/efm_extension-ci

efm_user_acquire() {
    as_root mkdir -p "$EFM_USER_REGISTER"
    touch "$RUN_DIR/user"
    as_root touch "$EFM_USER_REGISTER/$(basename "$RUN_DIR")"
    getent passwd efm >/dev/null && return 0
    say 'creating the operating system user efm (removed at the end)'
    local group=(--user-group)
    if getent group efm >/dev/null; then
        group=(--gid efm)
    fi
    as_root useradd --system "${group[@]}" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        --comment 'EDB Failover Manager, by ci of efm_extension' efm
    as_root touch "$EFM_USER_REGISTER/created"
}

# efm_user_release RUN_DIRECTORY
efm_user_release() {
    local entry
    as_root rm -f "$EFM_USER_REGISTER/$(basename "$1")"
    for entry in "$EFM_USER_REGISTER"/efm-*; do
        # Another run still needs the user; an entry without its directory is of a run that is gone.
        [ ! -d "$RUN_DIRECTORY_PARENT/$(basename "$entry")" ] || return 0
    done
    if [ -e "$EFM_USER_REGISTER/created" ] && getent passwd efm >/dev/null; then
        as_root userdel efm
    fi
    as_root rm -rf "$EFM_USER_REGISTER"
}
