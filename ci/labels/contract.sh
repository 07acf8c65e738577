# shellcheck shell=bash
# What CommandRunner promises, held against every runner and the double: as postgres, so that the sudo runner goes
# through a real sudo to the real user efm.

label_contract() {
    run_contract_tests "$BUILD_DIR"
}

run_contract_tests() {
    local build=$1 command program reports=$RUN_DIR/temporary/reports-$LABEL
    prepare_test_programs
    mkdir "$reports"
    chmod 1777 "$reports"
    while IFS=$'\t' read -r -a command; do
        program=$RUN_DIR/programs/$LABEL-${command[0]}
        cp "${command[1]}" "$program"
        chmod 755 "$program"
        run_gtest_program "${command[0]}" "$reports" \
            as_postgres "${WITH_TIMEOUT[@]}" env "${TEST_ENVIRONMENT[@]}" GTEST_OUTPUT="xml:$reports/${command[0]}.xml" \
            "$program" "${command[@]:2}"
    done < <(ctest_commands "$build" contract)
}
