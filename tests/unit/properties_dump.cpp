// Reads properties files as the extension does and prints what it finds in a form that cannot be misread, for
// the comparison with java.util.Properties (properties_java_test.sh).

#include <algorithm>
#include <iostream>
#include <string_view>

#include "backends/efm/properties_file.h"

namespace {

std::string hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += digits[byte >> 4U];
        result += digits[byte & 0xfU];
    }
    return result;
}

// A line per property, sorted, as Java keeps no order; or the word that says that the file is refused.
void dump(const std::string& path) {
    std::cout << "file " << path.substr(path.rfind('/') + 1) << '\n';
    const auto content = efm::read_regular_file(path, 64U * 1024 * 1024);
    if (const auto* error = std::get_if<std::error_code>(&content)) {
        std::cout << "unreadable " << error->message() << '\n';
        return;
    }
    const auto parsed = efm::parse_properties(std::get<std::string>(content));
    if (std::holds_alternative<efm::PropertiesError>(parsed)) {
        std::cout << "malformed\n";
        return;
    }
    std::vector<std::string> lines;
    for (const auto& property : std::get<std::vector<efm::Property>>(parsed))
        lines.push_back(hex(property.name) + '=' + hex(property.value));
    std::sort(lines.begin(), lines.end());
    for (const auto& line : lines)
        std::cout << line << '\n';
}

}  // namespace

int main(int count, char** arguments) {
    for (int i = 1; i < count; ++i)
        dump(arguments[i]);
}
