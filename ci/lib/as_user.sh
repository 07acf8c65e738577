# shellcheck shell=bash
# Who runs a command: root for what changes the system, postgres for what is or talks to a server.

# Runs a command as root: directly when this is root already, else with sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

# Before anything is begun: that as_root will work.
require_root_or_sudo() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || die "run this as root, or install sudo and be allowed to use it"
    say "this is not root: sudo is used for what changes the system, and may ask for your password"
    sudo -v || die "sudo is refused; run this as root"
}

# Runs a command as postgres, in a directory that postgres can enter, with an environment of its own: give variables
# with `as_postgres env NAME=VALUE command`. setpriv and not runuser: no session, no process between us and the command.
as_postgres() (
    # A server that outlives this script must not hold its lock.
    [ -z "${BUILD_LOCK:-}" ] || exec {BUILD_LOCK}>&-
    cd / || exit
    as_root setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- env LC_ALL=C.UTF-8 "$@"
)
