#include "extension/setting_checks.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "backends/checks/argument_check.h"

namespace efm {

namespace {

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
}

/// By the rules of useradd(8); a leading `-` would be an option of sudo.
bool is_user_name(std::string_view name) {
    const auto is_first = [](unsigned char byte) { return std::isalpha(byte) != 0 || byte == '_'; };
    const auto is_further = [&](unsigned char byte) {
        return is_first(byte) || std::isdigit(byte) != 0 || byte == '-' || byte == '.';
    };
    return !name.empty() && name.size() <= 32 && is_first(static_cast<unsigned char>(name.front())) &&
           std::ranges::all_of(name.substr(1), is_further);
}

bool refuse(const char* detail) {
    GUC_check_errcode(ERRCODE_INVALID_PARAMETER_VALUE);
    GUC_check_errdetail("%s", detail);
    return false;
}

}  // namespace

bool is_full_path(std::string_view path) {
    return path.starts_with('/') && !has_control_character(path);
}

bool check_path(char** value, void** /*extra*/, GucSource /*source*/) {
    if (*value == nullptr || **value == '\0' || is_full_path(*value))
        return true;
    return refuse("The value must be an absolute path without control characters.");
}

bool check_cluster_name(char** value, void** /*extra*/, GucSource /*source*/) {
    if (*value == nullptr || **value == '\0' || is_cluster_name(*value) || is_properties_path(*value))
        return true;
    return refuse(
        "A cluster name is a letter followed by up to 63 letters, digits, underscores or hyphens; the full "
        "path of a "
        "file whose name ends in \".properties\" is accepted too.");
}

bool check_user_name(char** value, void** /*extra*/, GucSource /*source*/) {
    if (*value != nullptr && is_user_name(*value))
        return true;
    return refuse("The value must be the name of an operating system user.");
}

}  // namespace efm
