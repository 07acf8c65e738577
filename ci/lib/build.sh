# shellcheck shell=bash
# Configures, builds and installs. SOURCE_DIR is the project's root; BUILD_DIR may be given, build/ is the default.

BUILD_DIR=${BUILD_DIR:-$SOURCE_DIR/build}
BUILD_JOBS=${BUILD_JOBS:-$(nproc)}

# One run at a time builds in a directory and keeps its reports there; a second one waits. Held until the script ends.
build_lock() {
    mkdir -p "$BUILD_DIR"
    exec {BUILD_LOCK}>"$BUILD_DIR/ci-lock"
    flock -n "$BUILD_LOCK" && return 0
    say "waiting for another run that uses $BUILD_DIR (BUILD_DIR=... chooses another place)"
    flock "$BUILD_LOCK"
}

# build_project DIRECTORY [cmake options]
build_project() {
    local directory=$1
    shift
    mkdir -p "$directory"
    step "configuring in $directory" "$directory/ci-configure.log" \
        cmake -S "$SOURCE_DIR" -B "$directory" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DPG_CONFIG="$PG_CONFIG" "$@" || return
    step "building with $BUILD_JOBS jobs" "$directory/ci-build.log" \
        cmake --build "$directory" --parallel "$BUILD_JOBS"
}

# Puts the module, the control file, the SQL scripts and mock-efm in place. Running servers keep the module that they
# have loaded.
install_project() {
    step 'installing' "$BUILD_DIR/ci-install.log" as_root cmake --install "$BUILD_DIR" || return
    MOCK_EFM=$(cmake_cache_value "$BUILD_DIR" CMAKE_INSTALL_PREFIX)/bin/mock-efm
    export MOCK_EFM
}

cmake_cache_value() {
    sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"
}
