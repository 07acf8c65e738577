# shellcheck shell=bash
# Every C++ source that is installed passes the checks of .clang-tidy; headers are checked with the sources that include
# them.

# The reference version: newer ones bring new checks into the same groups.
CLANG_TIDY=${CLANG_TIDY:-clang-tidy-14}
TIDY_JOBS=${TIDY_JOBS:-$(nproc)}

label_tidy() {
    TIDY_DATABASE=$BUILD_DIR/ci-tidy
    if ! command -v "$CLANG_TIDY" >/dev/null; then
        skipped "tidy (no $CLANG_TIDY here: the reference is that of Debian 12)"
        return
    fi
    mkdir -p "$TIDY_DATABASE/passed"
    # Without what only g++ understands, an option and its precompiled headers, and without the compiler's warnings,
    # which are g++'s business.
    sed -E 's/ -(fno-gnu-unique|W[a-z-]+)//g; s/ -include [^ ]*cmake_pch\.hxx//g' \
        "$BUILD_DIR/compile_commands.json" >"$TIDY_DATABASE/compile_commands.json"
    # A source that has passed is not checked again until it, a header, the checks or the compiler's options change.
    TIDY_COMMON=$({
        our_sources backends mocks extension | grep '\.h$' | xargs cat
        cat .clang-tidy
        "$CLANG_TIDY" --version
    } | sha256sum)
    export CLANG_TIDY TIDY_DATABASE TIDY_COMMON SOURCE_DIR LABEL_OUTPUT
    export -f tidy_source tidy_stamp
    say "$(tidy_sources | wc -l) sources, $TIDY_JOBS at a time"
    tidy_sources | with_heartbeat 'checking' "$LABEL_OUTPUT/progress" \
        xargs -P "$TIDY_JOBS" -I '{}' bash -c 'tidy_source {}' || true
    check_silent 'every C++ source is tidy' tidy_complaints
}

# The sources that this build compiles, from the project's root.
tidy_sources() {
    sed -n 's|.*"file": "\(.*\)".*|\1|p' "$TIDY_DATABASE/compile_commands.json" | grep -F "$SOURCE_DIR/" |
        sed "s|^$SOURCE_DIR/||" | grep -E '^(backends|mocks|extension)/' | sort -u
}

# What a source must have left to count as tidy: it is named after everything that the answer depends on.
tidy_stamp() {
    echo "$TIDY_DATABASE/passed/$({
        cat "$1"
        grep -F -B 2 "\"file\": \"$SOURCE_DIR/$1\"" "$TIDY_DATABASE/compile_commands.json"
        echo "$TIDY_COMMON"
    } | sha256sum | cut -c 1-40)"
}

# Checks one source; leaves a file of complaints when there are some.
tidy_source() {
    local file=$1 complaints=$LABEL_OUTPUT/${1//\//_}.complaints stamp
    stamp=$(tidy_stamp "$file")
    echo "$file"
    [ ! -e "$stamp" ] || return 0
    if "$CLANG_TIDY" --quiet -p "$TIDY_DATABASE" "$SOURCE_DIR/$file" >"$complaints" 2>/dev/null; then
        touch "$stamp"
        rm "$complaints"
    fi
}

tidy_complaints() {
    local file
    cat "$LABEL_OUTPUT"/*.complaints 2>/dev/null | grep -E '(warning|error):' | sort -u | sed "s|$SOURCE_DIR/||" |
        head -n 100
    # Whatever the reason: what has not passed is named.
    tidy_sources | while read -r file; do
        [ -e "$(tidy_stamp "$file")" ] || echo "$file has not passed"
    done
}
