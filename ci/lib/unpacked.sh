# shellcheck shell=bash
# Programs of Debian packages that are needed here and shall not be installed: their packages start services, and start
# them again at every boot. They are unpacked into the run directory instead; what is installed already is used as it is.

# unpack_programs PACKAGE...: sets UNPACKED_PATH, where their programs are, for the front of PATH. The packages are kept
# in the build directory for the next run. Fails where they cannot be had.
unpack_programs() {
    local package missing=() kept=$BUILD_DIR/packages target=$RUN_DIR/unpacked
    # shellcheck disable=SC2034 # for whoever calls
    UNPACKED_PATH=$target/usr/bin:$target/usr/sbin
    mkdir -p "$kept" "$target"
    chmod 755 "$target"
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || return 1
    fetch_packages "$kept" "${missing[@]}" || { apt_update && fetch_packages "$kept" "${missing[@]}"; } || return 1
    for package in "${missing[@]}"; do
        dpkg-deb --extract "$kept/$package.deb" "$target" || return 1
    done
    chmod -R a+rX "$target"
    # Their libraries are no services.
    for package in "${missing[@]}"; do
        dpkg-deb --field "$kept/$package.deb" Depends
    done | tr ',' '\n' | sed -nE 's/^ *(lib[^ (|]*).*/\1/p' | grep -v '^libjs-' | sort -u | install_libraries
}

# fetch_packages DIRECTORY PACKAGE...: those that are not there yet, as PACKAGE.deb.
fetch_packages() {
    local directory=$1 package
    shift
    for package in "$@"; do
        [ -s "$directory/$package.deb" ] && continue
        rm -rf "$directory/new"
        mkdir "$directory/new"
        # shellcheck disable=SC2016 # for the inner shell
        step "fetching $package" "$APT_LOG" sh -c 'cd "$1" && apt-get download -q "$2"' - "$directory/new" "$package" ||
            return 1
        mv "$directory/new"/*.deb "$directory/$package.deb"
        rmdir "$directory/new"
    done
}

install_libraries() {
    local missing
    missing=$(missing_packages)
    # shellcheck disable=SC2086 # one name a word
    [ -z "$missing" ] || apt_install $missing </dev/null
}
