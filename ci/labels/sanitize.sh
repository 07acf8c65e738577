# shellcheck shell=bash
# The unit and contract tests once more, built with AddressSanitizer (which finds leaks too) and
# UndefinedBehaviorSanitizer.

label_sanitize() {
    local build=$BUILD_DIR-sanitize
    build_project "$build" -DEFM_SANITIZE=ON -DEFM_BUILD_TESTS=ON || return
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
    run_unit_tests "$build"
    run_contract_tests "$build"
}
