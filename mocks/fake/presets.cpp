#include "mocks/fake/presets.h"

#include <array>

namespace efm::fake {

namespace {

constexpr std::array presets{
    Preset{"hang", R"({"hang": true})"},
    Preset{"slow", R"({"delay_ms": 500, "jitter_ms": 1500})"},
    Preset{"slow_java", R"({"slow_child_ms": 1200, "jitter_ms": 800})"},
    Preset{"die_midway", R"({"cut_at": 60, "signal": 9})"},
    Preset{"signal", R"({"signal": 15})"},
    Preset{"truncated_json", R"({"subcommand": "cluster-status-json", "cut_at": 200})"},
    Preset{"garbage", R"({"output": "}{ [[ 0x1F <html>Bad Gateway</html>\n"})"},
    Preset{"empty", R"({"output": ""})"},
    Preset{"nonzero_exit", R"({"exit_status": 1})"},
    Preset{"noise_on_errors", R"({"errors_before": "WARNING: A Java option is deprecated\n"})"},
    Preset{"noise_before_json", R"({"prefix": "/usr/bin/which: no javac in (/usr/bin)\n\n"})"},
    Preset{"wrong_encoding", R"({"output_hex": "7b226e6f646573223a7b22ff00fe223a7b7d7d7d0a"})"},
    Preset{"flood", R"({"flood": {"stream": "output", "bytes": 67108864}})"},
    Preset{"child_keeps_pipe", R"({"child_keeps_pipe_ms": 60000})"},
    Preset{"flap", R"({"every": 2, "unseen": ["Standby"]})"},
    Preset{"two_primaries", R"({"two_primaries": true})"},
    Preset{"split_view", R"({"unseen": ["*"]})"},
    Preset{"stuck_promotion", R"({"subcommand": "promote", "stuck_promotion": true})"},
};

}  // namespace

std::span<const Preset> all_presets() {
    return presets;
}

}  // namespace efm::fake
