#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backends/checks/argument_check.h"
#include "backends/command/command.h"

namespace efm::plefm {

/// What a plefm argument is, as far as a command line is concerned.
enum class ArgumentType {
    text,     ///< text, varchar, name
    address,  ///< inet: an address by itself
    number,   ///< smallint, integer, bigint
    boolean,  ///< switches the group it stands in and adds no word
    unsupported
};

/// An argument of the function, as its declaration has it.
struct Argument {
    std::string name;  ///< empty when it has none
    ArgumentType type = ArgumentType::text;
    std::string type_name;  ///< as SQL shows it, for messages
};

/// How a message speaks of the argument at `index` (0-based): argument "ip_address", or argument 2 without a
/// name.
std::string argument_label(const std::vector<Argument>& arguments, std::size_t index);

/// A body that cannot be compiled. `position` is the 1-based character (not byte) in the body, 0 where there
/// is none.
struct BodyError {
    std::string message;
    std::string detail;
    std::string hint;
    std::size_t position = 0;
};

/// The value of an argument in one call: nothing is NULL; a boolean is "true" or "false"; all else is its
/// text.
using ArgumentValue = std::optional<std::string>;

/// What a call is made with beside its arguments.
struct CallSettings {
    std::string cluster;  ///< what `{cluster}` stands for; not empty
    CheckOptions checks;
};

/// Why a call cannot be made from these values, for an error of SQLSTATE 22023, or 22004 when `is_null`.
struct CallError {
    std::string message;
    std::string detail;
    std::string hint;
    bool is_null = false;
};

/// A compiled plefm body: one `efm` command with places for arguments.
///
///     set-priority {cluster} {ip_address:address} {priority:priority}
///     promote {cluster} -switchover [-sourcenode {source}] [{quiet} -quiet]
///
/// * Words are separated by blanks (space, tab, newline). Single or double quotes group; inside them blanks,
/// braces
///   and brackets stand for themselves and the quote character is written twice.
/// * The first word is the subcommand: a lower-case letter, then lower-case letters, digits and `-`. The
/// second is
///   `{cluster}` (the setting efm.cluster_name) or an argument of kind `cluster`.
/// * `{name}` and `{n}` (1-based) are arguments, `{name:kind}` checks the value as that kind. `{cluster}` is
/// the
///   setting even if an argument has that name (that one is `{cluster:cluster}`). A word may mix text and
///   arguments: `{host:address}:{port}`.
/// * `[ … ]` is left out when an argument in it is NULL or false. Groups nest, at most 16 deep; an inner
/// group looks
///   after its own arguments, and one that is left out does not take the outer with it. A group without an
///   argument of its own is refused: it could never be left out. Brackets are words' boundaries.
/// * A boolean argument stands alone in a group as its own word and adds none.
class FunctionBody {
  public:
    /// Parses and checks `body` for a function with these arguments: unknown placeholders and kinds, unclosed
    /// quotes, braces and brackets, arguments never used, unsupported types, booleans outside a group, an
    /// empty body.
    static std::variant<FunctionBody, BodyError> parse(std::string_view body,
                                                       const std::vector<Argument>& arguments);

    /// The command for one call. The number of values is that of the arguments given to parse().
    [[nodiscard]] std::variant<Command, CallError> bind(const std::vector<ArgumentValue>& values,
                                                        const CallSettings& settings) const;

    [[nodiscard]] const std::string& subcommand() const { return subcommand_; }

    // The parsed form: a sequence of words and groups, words made of literal text and argument places.
    struct Place {
        std::size_t argument = 0;  ///< index into the arguments
        ValueKind kind = ValueKind::any;
    };
    struct ClusterSetting {};
    using Part = std::variant<std::string, Place, ClusterSetting>;
    struct Word {
        std::vector<Part> parts;
    };
    struct Group;
    using Item = std::variant<Word, Group>;
    struct Group {
        std::vector<std::size_t> conditions;  ///< indexes of the boolean arguments that switch it
        std::vector<Item> items;
    };

  private:
    std::string subcommand_;
    std::vector<Argument> arguments_;
    std::vector<Item> items_;  ///< what follows the subcommand, the cluster first
};

}  // namespace efm::plefm
