#include <charconv>
#include <optional>
#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/find.hpp>
#include <utility>

#include "backends/plefm/body_scanner.h"
#include "backends/plefm/function_body.h"

namespace efm::plefm {

namespace {

// Groups in groups: far more than a command has options, few enough for the stack.
constexpr int deepest_group = 16;

bool is_subcommand(std::string_view text) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && is_lower(text.front()) &&
           ranges::all_of(text, [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '-'; });
}

// Whether a value of this type can be of that kind at all.
bool fits(ArgumentType type, ValueKind kind) {
    switch (type) {
        case ArgumentType::text:
            return true;
        case ArgumentType::address:
            return kind == ValueKind::address;
        case ArgumentType::number:
            return kind == ValueKind::priority || kind == ValueKind::word;
        case ArgumentType::boolean:
        case ArgumentType::unsupported:
            break;
    }
    return false;
}

std::string quoted(std::string_view text) {
    return '"' + printable(text) + '"';
}

// Parses the tokens of one body. The first error ends it: what is returned after that is not looked at.
class Parser {
  public:
    Parser(std::string_view body, const std::vector<Argument>& arguments, std::vector<Token> tokens)
        : body_(body), arguments_(arguments), tokens_(std::move(tokens)), used_(arguments.size(), false) {}

    void run() {
        refuse_unsupported_types();
        parse_subcommand();
        parse_cluster();
        while (!error && next_ < tokens_.size())
            parse_item(items, nullptr, 0);
        refuse_unused_arguments();
    }

    std::string subcommand;
    std::vector<FunctionBody::Item> items;
    std::optional<BodyError> error;

  private:
    using Group = FunctionBody::Group;
    using Item = FunctionBody::Item;
    using Part = FunctionBody::Part;
    using Place = FunctionBody::Place;
    using Word = FunctionBody::Word;

    void refuse_unsupported_types() {
        for (std::size_t i = 0; i < arguments_.size() && !error; ++i) {
            if (arguments_[i].type == ArgumentType::unsupported)
                fail("type " + arguments_[i].type_name + " of " + name_of(i) + " is not supported by plefm",
                     "An argument can be text, varchar, name, inet, smallint, integer, bigint or boolean.");
        }
    }

    void parse_subcommand() {
        if (error)
            return;
        if (tokens_.empty())
            return fail_at(0, "plefm function body is empty", example);
        const auto& token = tokens_[next_++];
        const bool is_text = token.parts.size() == 1 && !token.parts[0].is_placeholder;
        if (!is_text || !is_subcommand(token.parts[0].text))
            return fail_at(token.offset, "a plefm function body must begin with an efm subcommand", example);
        subcommand = token.parts[0].text;
    }

    void parse_cluster() {
        if (error)
            return;
        constexpr auto hint =
            "Write {cluster} for the setting efm.cluster_name, or {argument:cluster} for an argument.";
        if (next_ == tokens_.size())
            return fail_at(body_.size(), "cluster name must follow the subcommand", hint);
        const auto& token = tokens_[next_++];
        if (token.parts.size() != 1 || !token.parts[0].is_placeholder)
            return fail_at(token.offset, "cluster name must follow the subcommand", hint);
        auto part = resolve(token.parts[0]);
        if (error)
            return;
        const auto* place = std::get_if<Place>(&part);
        if (place != nullptr && place->kind != ValueKind::cluster)
            return fail_at(token.offset, "cluster name must follow the subcommand", hint);
        items.emplace_back(Word{{std::move(part)}});
    }

    void parse_item(std::vector<Item>& into, Group* group, int depth) {
        const auto& token = tokens_[next_++];
        switch (token.kind) {
            case TokenKind::word:
                return parse_word(token, into, group);
            case TokenKind::open_group:
                if (depth == deepest_group)
                    return fail_at(token.offset, "groups are nested too deeply");
                into.emplace_back(parse_group(token, depth + 1));
                return;
            case TokenKind::close_group:
                return fail_at(token.offset, "unexpected \"]\"",
                               "Put a \"]\" that stands for itself in quotes.");
        }
    }

    Group parse_group(const Token& opening, int depth) {
        Group group;
        while (!error && next_ < tokens_.size() && tokens_[next_].kind != TokenKind::close_group)
            parse_item(group.items, &group, depth);
        if (error)
            return group;
        if (next_ == tokens_.size()) {
            fail_at(opening.offset, "\"[\" is not closed", "Put a \"[\" that stands for itself in quotes.");
            return group;
        }
        ++next_;
        if (group.items.empty())
            fail_at(opening.offset, "group adds nothing to the command");
        else if (group.conditions.empty() && !holds_argument(group))
            fail_at(opening.offset, "group can never be left out",
                    "A group needs an argument of its own, outside of the groups inside it.");
        return group;
    }

    static bool holds_argument(const Group& group) {
        for (const auto& item : group.items) {
            const auto* word = std::get_if<Word>(&item);
            if (word == nullptr)
                continue;
            for (const auto& part : word->parts) {
                if (std::holds_alternative<Place>(part))
                    return true;
            }
        }
        return false;
    }

    void parse_word(const Token& token, std::vector<Item>& into, Group* group) {
        Word word;
        for (const auto& scanned : token.parts) {
            if (!scanned.is_placeholder) {
                word.parts.emplace_back(scanned.text);
                continue;
            }
            auto part = resolve(scanned);
            if (error)
                return;
            const auto* place = std::get_if<Place>(&part);
            if (place != nullptr && arguments_[place->argument].type == ArgumentType::boolean) {
                if (group == nullptr || token.parts.size() != 1)
                    return fail_at(
                        scanned.offset,
                        "boolean " + name_of(place->argument) + " must stand alone in a group",
                        "A boolean switches its group and adds no word, for example: [{quiet} -quiet]");
                group->conditions.push_back(place->argument);
                return;
            }
            word.parts.push_back(std::move(part));
        }
        const auto* text = word.parts.size() == 1 ? std::get_if<std::string>(&word.parts.front()) : nullptr;
        if (text != nullptr && text->empty())
            return fail_at(token.offset, "a word of a command must not be empty");
        into.emplace_back(std::move(word));
    }

    // What a placeholder stands for. A name may hold a colon itself, so the whole text is tried first.
    Part resolve(const ScannedPart& placeholder) {
        const std::string_view text = placeholder.text;
        if (text == "cluster")
            return FunctionBody::ClusterSetting{};
        if (const auto argument = find_argument(text))
            return place(*argument, std::nullopt, placeholder);
        const auto colon = text.rfind(':');
        if (colon != std::string_view::npos) {
            const auto kind_name = text.substr(colon + 1);
            const auto argument = find_argument(text.substr(0, colon));
            const auto kind = value_kind_from_name(kind_name);
            if (argument && kind)
                return place(*argument, kind, placeholder);
            if (argument) {
                fail_at(placeholder.offset, "unknown kind " + quoted(kind_name),
                        "The kinds are address, priority, cluster and word.");
                return {};
            }
        }
        fail_at(placeholder.offset, "function has no argument " + quoted(text.substr(0, colon)),
                known_names());
        return {};
    }

    Part place(std::size_t argument, std::optional<ValueKind> kind, const ScannedPart& placeholder) {
        const auto type = arguments_[argument].type;
        if (kind && !fits(type, *kind))
            fail_at(placeholder.offset, name_of(argument) + " of type " + arguments_[argument].type_name +
                                            " cannot be checked as " + quoted(kind_after_colon(placeholder)));
        used_[argument] = true;
        const auto without_kind = type == ArgumentType::address ? ValueKind::address : ValueKind::any;
        return Place{argument, kind.value_or(without_kind)};
    }

    static std::string_view kind_after_colon(const ScannedPart& placeholder) {
        const std::string_view text = placeholder.text;
        return text.substr(text.rfind(':') + 1);
    }

    [[nodiscard]] std::optional<std::size_t> find_argument(std::string_view name) const {
        if (name.empty())
            return std::nullopt;
        const auto found = ranges::find(arguments_, name, &Argument::name);
        if (found != arguments_.end())
            return static_cast<std::size_t>(found - arguments_.begin());
        std::size_t number = 0;
        const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool is_number = failure == std::errc{} && end == name.data() + name.size();
        if (is_number && number >= 1 && number <= arguments_.size())
            return number - 1;
        return std::nullopt;
    }

    void refuse_unused_arguments() {
        const auto unused = ranges::find(used_, false);
        if (!error && unused != used_.end())
            fail_at(body_.size(),
                    name_of(static_cast<std::size_t>(unused - used_.begin())) +
                        " is not used in the function body",
                    "Every argument must have a place in the command.");
    }

    [[nodiscard]] std::string name_of(std::size_t argument) const {
        return argument_label(arguments_, argument);
    }

    [[nodiscard]] std::string known_names() const {
        if (arguments_.empty())
            return "The function has no arguments. {cluster} stands for the setting efm.cluster_name.";
        std::string names;
        for (std::size_t i = 0; i < arguments_.size(); ++i) {
            const auto& name = arguments_[i].name;
            names += (i == 0 ? "{" : ", {") + (name.empty() ? std::to_string(i + 1) : printable(name)) + "}";
        }
        return "The function's arguments are " + names + ".";
    }

    void fail(std::string message, std::string hint = {}) {
        if (!error)
            error = BodyError{std::move(message), {}, std::move(hint), 0};
    }
    void fail_at(std::size_t offset, std::string message, std::string hint = {}) {
        if (!error)
            error = error_at(body_, offset, std::move(message), {}, std::move(hint));
    }

    static constexpr auto example =
        "For example: set-priority {cluster} {ip_address:address} {priority:priority}";

    std::string_view body_;
    const std::vector<Argument>& arguments_;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    std::vector<bool> used_;
};

}  // namespace

std::variant<FunctionBody, BodyError> FunctionBody::parse(std::string_view body,
                                                          const std::vector<Argument>& arguments) {
    auto scanned = scan(body);
    if (auto* error = std::get_if<BodyError>(&scanned))
        return std::move(*error);
    Parser parser{body, arguments, std::get<std::vector<Token>>(std::move(scanned))};
    parser.run();
    if (parser.error)
        return *std::move(parser.error);
    FunctionBody result;
    result.subcommand_ = std::move(parser.subcommand);
    result.arguments_ = arguments;
    result.items_ = std::move(parser.items);
    return result;
}

}  // namespace efm::plefm
