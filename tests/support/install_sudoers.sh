#!/bin/sh
# Puts the lines on standard input into /etc/sudoers.d, or takes them out again where there are none, for a test that
# wants to see what sudo makes of them. Called through sudo, as root, by the user of the server.
#
# FILE is the one file that it may write; lines that would let anybody be anybody but USER are refused.
set -eu
umask 077
FILE=@file@ USER=@user@

new=$(mktemp)
trap 'rm -f "$new"' EXIT
# The names of aliases are global: a machine may have the same rules in place already.
sed -E 's/\<EFM_(READONLY|WRITE|CRITICAL)\>/EFM_TEST@number@_\1/g' >"$new"
if [ ! -s "$new" ]; then
    rm -f "$FILE"
    exit 0
fi
if grep -vE '^$|^#|^Cmnd_Alias |^    |^Defaults!' "$new" | grep -vE "^[a-z0-9_-]+ ALL=\($USER\) "; then
    echo "these lines are not for $USER" >&2
    exit 1
fi
visudo -c -q -f "$new"
install -o root -g root -m 440 "$new" "$FILE"
