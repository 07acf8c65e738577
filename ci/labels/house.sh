# shellcheck shell=bash
# The rules of the house that a command can see: who may include whom, how long a file is, that every test is run and
# every script is described. Each function lists what breaks its rule.

label_house() {
    check_silent 'PostgreSQL headers only in extension/ and the module of the bench' strayed_postgresql_headers
    check_silent 'mocks/ includes mocks/ and backends/command/ only' strayed_includes_of_mocks
    check_silent 'backends/ and mocks/ never include extension/ or tests/' includes_against_the_arrows
    check_silent 'std::erase_if is given something that can be called' member_pointers_as_predicates
    check_silent 'error codes of Boost.JSON go by their own name, boost::system::error_code' boost_json_error_codes
    check_silent 'no file outside tests/ has more than 400 lines' long_files
    check_silent 'every regression test is in the schedule and has its expected file' unregistered_regress_tests
    check_silent 'every C++ test file is compiled into a test' unregistered_cpp_tests
    check_silent 'every script and label of ci/ is described in ci/README.md' undescribed_scripts
    check_silent 'shellcheck has nothing to say about ci/' shellcheck -x ci/demo ci/test ci/bench .ci/run \
        ci/lib/*.sh ci/labels/*.sh
}

strayed_postgresql_headers() {
    grep -rnE --include='*.cpp' --include='*.h' \
        '#include *["<](postgres|pg_config|fmgr|funcapi|miscadmin|pgstat|(access|catalog|commands|common|executor|libpq|mb|nodes|parser|port|storage|tcop|utils)/)' \
        backends mocks tests | grep -v '^tests/bench/floor_module'
}

strayed_includes_of_mocks() {
    grep -rn --include='*.cpp' --include='*.h' '#include "' mocks | grep -vE '#include "(mocks|backends/command)/'
}

includes_against_the_arrows() {
    grep -rnE --include='*.cpp' --include='*.h' '#include "(extension|tests)/' backends mocks
}

# Up to g++ 15 it takes a pointer to a member, too, as the algorithms of ranges do everywhere; g++ 16 does not.
member_pointers_as_predicates() {
    grep -rnE --include='*.cpp' --include='*.h' 'std::erase_if\([^,]*, *&' backends mocks extension tests
}

# boost::json::error_code is gone in Boost 1.92.
boost_json_error_codes() {
    grep -rn --include='*.cpp' --include='*.h' 'json::error_code' backends mocks extension tests
}

# The scripts in sql/ are no sources to be split: one is one step of the upgrade path.
long_files() {
    find backends mocks extension ci -type f ! -name '*.md' ! -name '*.json' -exec wc -l {} + |
        awk '$2 != "total" && $1 > 400 { print $2 " has " $1 " lines: look for the second idea" }'
}

unregistered_regress_tests() {
    local name
    for name in tests/regress/sql/*.sql; do
        name=$(basename "$name" .sql)
        [ -e "tests/regress/expected/$name.out" ] || echo "tests/regress/expected/$name.out is missing"
        grep -qE "^test:.*\<$name\>" tests/regress/schedule || echo "$name is not in tests/regress/schedule"
    done
}

unregistered_cpp_tests() {
    local file list
    find tests -name '*_test.cpp' | while read -r file; do
        list=$(dirname "$file")/CMakeLists.txt
        grep -q "\<$(basename "$file")\>" "$list" || echo "$file is not in $list"
    done
}

undescribed_scripts() {
    local script label
    for script in ci/demo ci/test ci/bench .ci/run; do
        grep -q "^## \`$script\`" ci/README.md || echo "ci/README.md has no section about $script"
    done
    for label in "${ALL_LABELS[@]}"; do
        grep -q "^| \`$label\` |" ci/README.md || echo "ci/README.md has no row about the label $label"
    done
}
