// Runs a fuzz target (LLVMFuzzerTestOneInput) where there is no libFuzzer: every file of the corpus as it is,
// then mutations of them, chosen by a seed, until the time is over.
//
//     fuzz_NAME FILE|DIRECTORY...
//
// EFM_FUZZ_SECONDS (5) is how long, EFM_FUZZ_SEED the seed (else one is drawn); both are printed. An input
// that crashes the target, or takes it more than ten seconds, is left in fuzz-crash.bin in the current
// directory; the program is given it, and nothing else, to run it again.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr unsigned int most_seconds_of_an_input = 10;
constexpr std::size_t longest_input = 256U * 1024;

// For the signal handler.
const char* running_data = nullptr;
std::size_t running_size = 0;

void keep_input(int number) {
    const int file = open("fuzz-crash.bin", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    static_cast<void>(!write(file, running_data, running_size));
    constexpr std::array text{"\nthe input is in fuzz-crash.bin\n"};
    static_cast<void>(!write(STDERR_FILENO, text[0], 32));
    signal(number, SIG_DFL);
    raise(number == SIGALRM ? SIGABRT : number);
}

void run_input(const std::string& input) {
    running_data = input.data();
    running_size = input.size();
    alarm(most_seconds_of_an_input);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    alarm(0);
}

std::vector<std::string> read_corpus(int count, char** places) {
    std::vector<std::string> corpus;
    const auto add = [&corpus](const fs::path& file) {
        std::ifstream stream{file, std::ios::binary};
        corpus.emplace_back(std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{});
    };
    for (int index = 1; index < count; ++index) {
        const fs::path place{places[index]};
        if (!fs::is_directory(place)) {
            add(place);
            continue;
        }
        std::vector<fs::path> files{fs::directory_iterator{place}, fs::directory_iterator{}};
        std::sort(files.begin(), files.end());
        for (const auto& file : files)
            add(file);
    }
    return corpus;
}

/// Words, numbers and strings that stand in the corpus: put elsewhere, they go deeper than any chance.
std::vector<std::string> find_tokens(const std::vector<std::string>& corpus) {
    constexpr std::string_view marks = " \t\r\n,:{}[]";
    std::vector<std::string> tokens{"null", "true", "-1", "9223372036854775807", "1e999", "\"\"", "[]", "{}"};
    for (const auto& text : corpus) {
        for (std::size_t at = 0; at < text.size();) {
            const auto start = text.find_first_not_of(marks, at);
            if (start == std::string::npos)
                break;
            const auto end = std::min(text.find_first_of(marks, start), text.size());
            if (end - start < 64)
                tokens.push_back(text.substr(start, end - start));
            at = end;
        }
    }
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    return tokens;
}

class Mutator {
  public:
    Mutator(const std::vector<std::string>& corpus, std::uint64_t seed)
        : corpus_(corpus), tokens_(find_tokens(corpus)), random_(seed) {}

    std::string next() {
        auto input = corpus_[below(corpus_.size())];
        for (auto steps = 1 + below(6); steps > 0; --steps)
            change(input);
        input.resize(std::min(input.size(), longest_input));
        return input;
    }

  private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    std::size_t place(const std::string& input) { return below(input.size() + 1); }
    std::size_t length(const std::string& input, std::size_t at) {
        return std::min(1 + below(below(2) == 0 ? 4 : 64), input.size() - at);
    }
    const std::string& token() { return tokens_[below(tokens_.size())]; }

    void change(std::string& input) {
        const auto at = place(input);
        switch (below(8)) {
            case 0:
                input.insert(at, 1, static_cast<char>(below(256)));
                break;
            case 1:
                input.erase(at, length(input, at));
                break;
            case 2:
                input.insert(at, token());
                break;
            case 3:
                replace_token(input, at);
                break;
            case 4:
                if (at < input.size())
                    input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
                break;
            case 5:
                input.insert(place(input), input.substr(at, length(input, at)));
                break;
            case 6:
                splice(input, at);
                break;
            default:
                input.replace(at, length(input, at), length(input, at), static_cast<char>(below(256)));
        }
    }

    void replace_token(std::string& input, std::size_t at) {
        constexpr std::string_view marks = " \t\r\n,:{}[]";
        const auto start = input.find_first_not_of(marks, at);
        if (start == std::string::npos)
            return;
        const auto end = std::min(input.find_first_of(marks, start), input.size());
        input.replace(start, end - start, token());
    }

    void splice(std::string& input, std::size_t at) {
        const auto& other = corpus_[below(corpus_.size())];
        input.replace(at, std::string::npos, other.substr(place(other)));
    }

    const std::vector<std::string>& corpus_;
    std::vector<std::string> tokens_;
    std::mt19937_64 random_;
};

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const auto* const text = std::getenv(variable);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

}  // namespace

int main(int count, char** places) {
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
        signal(number, keep_input);
    const auto corpus = read_corpus(count, places);
    if (corpus.empty()) {
        std::cerr << "Usage: " << places[0] << " FILE|DIRECTORY...\n";
        return 64;
    }
    for (const auto& input : corpus)
        run_input(input);
    if (count == 2 && !fs::is_directory(places[1]))
        return 0;

    const auto seconds = number_from("EFM_FUZZ_SECONDS", 5);
    const auto seed = number_from("EFM_FUZZ_SEED", std::random_device{}());
    std::cout << "EFM_FUZZ_SEED=" << seed << " EFM_FUZZ_SECONDS=" << seconds << std::endl;
    Mutator mutator{corpus, seed};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
    std::uint64_t runs = 0;
    for (; std::chrono::steady_clock::now() < end; ++runs)
        run_input(mutator.next());
    std::cout << runs << " inputs from a corpus of " << corpus.size() << "\n";
    return 0;
}
