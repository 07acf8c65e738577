# shellcheck shell=bash
# Rules for sudo: checked before they are put in place, written down in the run directory, removed with it.

# sudoers_install PURPOSE: the lines come from standard input.
sudoers_install() {
    local file=$RUN_DIR/sudoers.$1 target=/etc/sudoers.d/efm_extension_$1_$$
    # The names of aliases are global: a machine may have the same rules in place already, for its real EFM.
    sed -E "s/\<EFM_(READONLY|WRITE|CRITICAL)\>/EFM_CI$$_\1/g" >"$file"
    if ! as_root visudo -c -f "$file" >/dev/null; then
        complain "visudo refuses these lines:"
        cat "$file" >&2
        return 1
    fi
    echo "$target" >>"$RUN_DIR/sudoers"
    as_root install -o root -g root -m 440 "$file" "$target"
}
