#!/bin/sh
# Runs a program as the child of a process 1, in a process namespace of its own: under_process_1.sh PROGRAM [ARGUMENT ...]
if ! unshare --pid --fork --mount-proc true 2>/dev/null; then
    echo "skipped: a process namespace cannot be made here"
    exit 77
fi
exec unshare --pid --fork --mount-proc sh -c '"$@"; exit $?' sh "$@"
