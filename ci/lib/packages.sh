# shellcheck shell=bash
# Installs what is missing, and nothing when everything is there: then apt is not even asked.

APT_LOG=${APT_LOG:-${TMPDIR:-/tmp}/efm_extension-apt-$(id -u).log}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

# The version that apt would install; nothing where it knows no such package.
candidate_version() {
    apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '^(none)$' || true
}

is_boost_new_enough() {
    [ -n "$1" ] && dpkg --compare-versions "$1" ge 1.81
}

# The two Boost packages: those with the version in their name on Debian 12, whose default Boost is too old, and the
# default ones everywhere else. Installed ones win, so that a second run asks nobody.
boost_packages() {
    if is_installed libboost1.81-dev; then
        echo libboost1.81-dev libboost-program-options1.81-dev
    elif is_boost_new_enough "$(dpkg-query -W -f='${Version}' libboost-dev 2>/dev/null)"; then
        echo libboost-dev libboost-program-options-dev
    elif [ -n "$(candidate_version libboost1.81-dev)" ]; then
        echo libboost1.81-dev libboost-program-options1.81-dev
    elif is_boost_new_enough "$(candidate_version libboost-dev)"; then
        echo libboost-dev libboost-program-options-dev
    else
        return 1
    fi
}

# What the labels format and tidy are run with: the reference versions, where this system has them. Elsewhere these two
# labels are skipped, and nothing else needs clang.
clang_packages() {
    local package
    for package in clang-format-14 clang-tidy-14; do
        if is_installed "$package" || [ -n "$(candidate_version "$package")" ]; then
            echo "$package"
        fi
    done
}

# The PostgreSQL major to build for: that of $PG_CONFIG, else of the newest server that has its headers here, else the
# default of the distribution.
postgresql_major() {
    local major
    if [ -n "${PG_CONFIG:-}" ]; then
        "$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
        return
    fi
    major=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 'postgresql-server-dev-*' 2>/dev/null |
        sed -n 's/^ii postgresql-server-dev-\([0-9]*\)$/\1/p' | sort -n | tail -n 1)
    if [ -z "$major" ]; then
        major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
    fi
    [ -n "$major" ] && echo "$major"
}

# packages_for PURPOSE: the names, one a line. Fails when it takes a package list from the network to know them.
packages_for() {
    local purpose=$1 boost major
    boost=$(boost_packages) || return 1
    major=$(postgresql_major) || return 1
    # shellcheck disable=SC2086 # two names
    printf '%s\n' $boost "postgresql-$major" "postgresql-server-dev-$major" \
        g++ cmake ninja-build librange-v3-dev libpq-dev sudo procps
    if [ "$purpose" != demo ]; then
        printf '%s\n' libgtest-dev libgmock-dev binutils perl libipc-run-perl python3 python3-jsonschema
    fi
    if [ "$purpose" = test ]; then
        clang_packages
        echo shellcheck
    fi
}

missing_packages() {
    local package
    while read -r package; do
        is_installed "$package" || echo "$package"
    done
}

# Only the package lists of a machine that is used for nothing else are fresh: asked for once, and once more on failure.
apt_update() {
    step 'asking apt for its package lists' "$APT_LOG" as_root apt-get update -q && return 0
    say 'once more, in case the mirror was only busy'
    sleep 5
    step 'asking apt for its package lists again' "$APT_LOG" as_root apt-get update -q
}

apt_install() {
    say "to be installed: $*"
    step "installing $# package(s)" "$APT_LOG" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Debian makes and starts a cluster `main` with every new server. This project has no use for it and leaves the
# machine's own clusters alone, so that is switched off while the server is installed, and switched back afterwards.
# A subshell, so that its trap is its own.
install_server() (
    local directory=/etc/postgresql-common/createcluster.d made=
    local switch=$directory/efm_extension-ci-$$.conf
    is_installed postgresql-common || apt_install postgresql-common
    [ -d "$directory" ] || made=$directory
    trap 'as_root rm -f "$switch"; [ -z "$made" ] || as_root rmdir --ignore-fail-on-non-empty "$made"' EXIT
    as_root mkdir -p "$directory"
    echo 'create_main_cluster = false' | as_root tee "$switch" >/dev/null
    apt_install "$1"
)

# install_packages demo|bench|test
install_packages() {
    local purpose=$1 names missing server
    if ! command -v apt-get >/dev/null; then
        say 'no apt-get here: what is needed is taken to be installed (see ci/README.md for the list)'
        return 0
    fi
    if names=$(packages_for "$purpose") && [ -z "$(missing_packages <<<"$names")" ]; then
        say "all $(wc -l <<<"$names") packages are installed"
        return 0
    fi
    apt_update || die 'apt cannot fetch its package lists: is there a network, and a mirror in /etc/apt?'
    names=$(packages_for "$purpose") ||
        die 'this system has no PostgreSQL server package or no Boost of at least 1.81: see ci/README.md, "Packages"'
    missing=$(missing_packages <<<"$names")
    server=$(grep -E '^postgresql-[0-9]+$' <<<"$missing" || true)
    if [ -n "$server" ]; then
        install_server "$server"
    fi
    missing=$(missing_packages <<<"$missing")
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086 # one name a word
        apt_install $missing
    fi
}
