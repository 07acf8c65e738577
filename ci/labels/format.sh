# shellcheck shell=bash
# Every C++ file of ours is as .clang-format wants it.

# The reference version: others format a few lines differently.
CLANG_FORMAT=${CLANG_FORMAT:-clang-format-14}

label_format() {
    if ! command -v "$CLANG_FORMAT" >/dev/null; then
        skipped "format (no $CLANG_FORMAT here: the reference is that of Debian 12)"
        return
    fi
    check_silent 'every C++ file is formatted' unformatted_files
}

unformatted_files() {
    local file
    our_sources backends mocks extension tests | while read -r file; do
        "$CLANG_FORMAT" --dry-run -Werror "$file" 2>/dev/null || echo "$CLANG_FORMAT -i $file"
    done
}
