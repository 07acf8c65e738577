# shellcheck shell=bash
# The C++ files that are ours, below the named folders; paths from the project's root.
our_sources() {
    find "$@" -name '*.cpp' -o -name '*.h' | sort
}
