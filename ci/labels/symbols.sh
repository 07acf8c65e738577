# shellcheck shell=bash
# The module shows the server its entry points and nothing else, and needs nothing of Boost: so it lives beside other
# C++ modules in one backend. Each function lists what breaks its rule.

label_symbols() {
    local module=$BUILD_DIR/extension/efm_extension.so
    check 'the module is there' test -s "$module"
    check_silent 'the module exports its entry points and nothing else' exports_that_differ "$module"
    check_silent 'no unique symbol, which all modules of a process would share' unique_symbols "$module"
    check_silent 'no symbol of Boost is left to be resolved' foreign_boost_symbols "$module"
    check_silent 'no shared library of Boost is needed' boost_libraries "$module"
}

# What the SQL scripts name, each with its record for the server, what the server calls by itself, and the main
# functions of background workers.
entry_points() {
    printf '%s\n' Pg_magic_func _PG_init
    sed -nE 's/.*bgw_function_name.*"(efm_[a-z_]+)".*/\1/p' "$SOURCE_DIR"/extension/*.cpp
    perl -0777 -ne "print \"\$1\\npg_finfo_\$1\\n\" while /'MODULE_PATHNAME'\\s*,\\s*'(\\w+)'/g" "$SOURCE_DIR"/sql/*.sql
}

exports_that_differ() {
    diff --label 'named in sql/' --label 'exported' -U 0 \
        <(entry_points | sort -u) <(nm -D --defined-only "$1" | awk '{ print $3 }' | sort -u)
}

unique_symbols() {
    nm -D "$1" | awk '$2 == "u"'
}

foreign_boost_symbols() {
    nm -D -C --undefined-only "$1" | grep -i boost
}

boost_libraries() {
    ldd "$1" | grep -i libboost
}
