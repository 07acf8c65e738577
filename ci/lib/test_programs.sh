# shellcheck shell=bash
# What tests find when they run as postgres: programs, a place for their own files, and sudo. All of it lies in the
# run directory, because postgres and efm may not be able to read the project's own.

# Sets TEST_ENVIRONMENT, the variables that ci/README.md describes.
prepare_test_programs() {
    local name programs=$RUN_DIR/programs temporary=$RUN_DIR/temporary
    if [ ! -d "$programs" ]; then
        mkdir "$programs"
        find "$BUILD_DIR/tests/support" -maxdepth 1 -type f -perm -u+x -exec cp {} "$programs" \;
        cp "$MOCK_EFM" "$programs/mock-efm"
        cp -r "$SOURCE_DIR/mocks/scenarios" "$programs/scenarios"
        chmod -R a+rX "$programs"
        mkdir -m 1777 "$temporary"
        chmod 1777 "$temporary"
        efm_user_acquire
        # Any program that lies in these places, and nothing else: tests write launcher scripts of their own.
        sudoers_install tests <<EOS
postgres ALL=(efm) NOPASSWD: SETENV: $programs/, $temporary/*/
EOS
        prepare_sudoers_of_tests
    fi
    TEST_ENVIRONMENT=()
    # What the caller wants of the tests (how many calls, which seed), then what they are given here.
    for name in $(compgen -e EFM_TEST_ || true); do
        TEST_ENVIRONMENT+=("$name=${!name}")
    done
    TEST_ENVIRONMENT+=(
        EFM_TEST_PROGRAM_DIR="$programs"
        EFM_TEST_MOCK_EFM="$programs/mock-efm"
        EFM_TEST_SCENARIOS="$programs/scenarios"
        EFM_TEST_SUDO_USER=efm
        EFM_CONTRACT_SUDO_USER=efm
        EFM_TEST_INSTALL_SUDOERS="$RUN_DIR/install_sudoers"
        TMPDIR="$temporary"
    )
}

# A program that a test calls through sudo to put rules of its own in place; they go with the run directory.
prepare_sudoers_of_tests() {
    local target=/etc/sudoers.d/efm_extension_lines_$$
    sed "s|@file@|$target|; s|@user@|efm|; s|@number@|$$|" "$SOURCE_DIR/tests/support/install_sudoers.sh" |
        as_root install -o root -g root -m 755 /dev/stdin "$RUN_DIR/install_sudoers"
    echo "$target" >>"$RUN_DIR/sudoers"
    sudoers_install lines_rule <<EOS
postgres ALL=(root) NOPASSWD: $RUN_DIR/install_sudoers ""
EOS
}
