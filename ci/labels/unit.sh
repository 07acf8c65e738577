# shellcheck shell=bash
# Parsers, checks, tables, the fake EFM: everything that needs no process and no server.

label_unit() {
    run_unit_tests "$BUILD_DIR"
}

run_unit_tests() {
    local build=$1 command
    while IFS=$'\t' read -r -a command; do
        run_gtest_program "${command[0]}" "$LABEL_OUTPUT" \
            "${WITH_TIMEOUT[@]}" env GTEST_OUTPUT="xml:$LABEL_OUTPUT/${command[0]}.xml" "${command[@]:1}"
    done < <(ctest_commands "$build" unit)
}
