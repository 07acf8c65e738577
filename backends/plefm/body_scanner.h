#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "backends/plefm/function_body.h"

namespace efm::plefm {

/// A piece of a word as the body has it: literal text with its quotes taken off, or what stands between `{`
/// and `}`.
struct ScannedPart {
    std::string text;
    bool is_placeholder = false;
    std::size_t offset = 0;  ///< of its first byte in the body
};

enum class TokenKind { word, open_group, close_group };

struct Token {
    TokenKind kind = TokenKind::word;
    std::size_t offset = 0;
    std::vector<ScannedPart> parts;  ///< of a word; never empty there
};

/// An error at a byte of the body; the position is counted in characters.
BodyError error_at(std::string_view body, std::size_t offset, std::string message, std::string detail = {},
                   std::string hint = {});

/// Cuts a body into words and brackets. Knows of quotes and braces, and of nothing that they mean.
std::variant<std::vector<Token>, BodyError> scan(std::string_view body);

}  // namespace efm::plefm
