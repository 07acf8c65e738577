#!/bin/sh
# Like the launcher script of `efm`, which starts a JVM: the slow program runs in the foreground, as a child of the
# shell and not in its place, and the script ends as it does.
"${0%/*}/chameleon" "$@"
exit $?
