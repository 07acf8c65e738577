# shellcheck shell=bash
# Many calls in one session: descriptors, memory and processes of the backend stay as they are. A test in Perl with a
# label of its own, because it can be made long: EFM_TEST_CALLS_DIRECT and EFM_TEST_CALLS_MOCK tell how many calls.

LEAK_TEST=many_calls

label_leak() {
    run_tap "$LEAK_TEST"
}
