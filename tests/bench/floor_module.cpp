// What a call of the extension is measured against, in the same backend: a bare posix_spawn and wait of the
// same program, and private memory to make that backend large. Loaded by its path, never installed.
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "extension/pg_prelude.h"

namespace {

[[noreturn]] void fail(const char* what, const char* object, int error) {
    const char* const reason = std::strerror(error);
    ereport(ERROR, (errmsg("%s \"%s\": %s", what, object, reason)));
    pg_unreachable();
}

constexpr std::size_t bytes_of_a_megabyte = 1024U * 1024;

/// Standard streams that lead nowhere and an environment of one variable: what any caller must give a child.
pid_t spawn(const char* program, char* const* words) {
    static char locale[] = "LC_ALL=C";
    static char* environment[] = {locale, nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    errno = posix_spawn(&child, program, &actions, nullptr, words, environment);
    const int error = errno;
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0 ? child : -1;
}

double spawn_and_wait(char* const* words) {
    const auto start = std::chrono::steady_clock::now();
    const pid_t child = spawn(words[0], words);
    if (child < 0)
        fail("could not start", words[0], errno);
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            fail("could not wait for", words[0], errno);
    }
    if (status != 0)
        ereport(ERROR, (errmsg("\"%s\" failed with wait status %d", words[0], status)));
    return std::chrono::duration<double, std::micro>{std::chrono::steady_clock::now() - start}.count();
}

}  // namespace

extern "C" {

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(efm_bench_spawn);
PG_FUNCTION_INFO_V1(efm_bench_private_memory);
PGDLLEXPORT Datum efm_bench_spawn(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum efm_bench_private_memory(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(efm_bench_keep_jsonb);
PG_FUNCTION_INFO_V1(efm_bench_kept_jsonb);
PGDLLEXPORT Datum efm_bench_keep_jsonb(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum efm_bench_kept_jsonb(PG_FUNCTION_ARGS);

// efm_bench_spawn(command_line text[], count int) returns float8[]: microseconds of each of `count` runs.
Datum efm_bench_spawn(PG_FUNCTION_ARGS) {
    Datum* elements = nullptr;
    int word_count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr,
                      &word_count);
    const int count = PG_GETARG_INT32(1);
    if (word_count < 1 || count < 1)
        ereport(ERROR, (errmsg("a program and a count are needed")));
    auto** const words =
        static_cast<char**>(palloc0(sizeof(char*) * static_cast<std::size_t>(word_count + 1)));
    for (int word = 0; word < word_count; ++word)
        words[word] = TextDatumGetCString(elements[word]);
    auto* const times = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<std::size_t>(count)));
    for (int run = 0; run < count; ++run) {
        CHECK_FOR_INTERRUPTS();
        times[run] = Float8GetDatum(spawn_and_wait(words));
    }
    PG_RETURN_ARRAYTYPE_P(
        construct_array(times, count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

// efm_bench_private_memory(megabytes int) returns void: taken until the session ends. In pages of the
// smallest size, every one of them written to: that is what a plain fork would have to copy the page tables
// of.
Datum efm_bench_private_memory(PG_FUNCTION_ARGS) {
    const auto size = static_cast<std::size_t>(PG_GETARG_INT32(0)) * bytes_of_a_megabyte;
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        fail("could not map", "memory", errno);
    madvise(memory, size, MADV_NOHUGEPAGE);
    std::memset(memory, 1, size);
    PG_RETURN_VOID();
}

static Jsonb* kept_jsonb = nullptr;

// efm_bench_keep_jsonb(value jsonb) returns void: for efm_bench_kept_jsonb(), until the session ends.
Datum efm_bench_keep_jsonb(PG_FUNCTION_ARGS) {
    const Jsonb* const value = PG_GETARG_JSONB_P(0);
    kept_jsonb = static_cast<Jsonb*>(MemoryContextAlloc(TopMemoryContext, VARSIZE(value)));
    std::memcpy(kept_jsonb, value, VARSIZE(value));
    PG_RETURN_VOID();
}

// efm_bench_kept_jsonb() returns jsonb: a palloc'd copy and nothing else, the floor of a cached read.
Datum efm_bench_kept_jsonb(PG_FUNCTION_ARGS) {
    static_cast<void>(fcinfo);
    void* const copy = palloc(VARSIZE(kept_jsonb));
    std::memcpy(copy, kept_jsonb, VARSIZE(kept_jsonb));
    PG_RETURN_POINTER(copy);
}
}
