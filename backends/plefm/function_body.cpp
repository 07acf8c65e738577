#include "backends/plefm/function_body.h"

#include <range/v3/algorithm/all_of.hpp>
#include <stdexcept>
#include <utility>

namespace efm::plefm {

namespace {

// Puts the values of one call into their places. The first error ends it.
class Binder {
  public:
    Binder(const std::vector<Argument>& arguments, const std::vector<ArgumentValue>& values,
           const CallSettings& settings)
        : arguments_(arguments), values_(values), settings_(settings) {}

    void add(const std::vector<FunctionBody::Item>& items) {
        for (const auto& item : items) {
            if (error)
                return;
            if (const auto* word = std::get_if<FunctionBody::Word>(&item))
                add(*word);
            else
                add(std::get<FunctionBody::Group>(item));
        }
    }

    std::vector<std::string> words;
    std::optional<CallError> error;

  private:
    void add(const FunctionBody::Group& group) {
        if (is_wanted(group))
            add(group.items);
    }

    void add(const FunctionBody::Word& word) {
        std::string text;
        for (const auto& part : word.parts) {
            if (const auto* literal = std::get_if<std::string>(&part))
                text += *literal;
            else if (const auto* place = std::get_if<FunctionBody::Place>(&part))
                text += value_at(*place);
            else
                text += cluster();
        }
        words.push_back(std::move(text));
    }

    // The groups inside look after themselves.
    [[nodiscard]] bool is_wanted(const FunctionBody::Group& group) const {
        return ranges::all_of(group.conditions, [this](auto i) { return values_[i] == "true"; }) &&
               ranges::all_of(group.items, [this](const auto& item) {
                   const auto* word = std::get_if<FunctionBody::Word>(&item);
                   return word == nullptr || has_all_values(*word);
               });
    }

    [[nodiscard]] bool has_all_values(const FunctionBody::Word& word) const {
        return ranges::all_of(word.parts, [this](const auto& part) {
            const auto* place = std::get_if<FunctionBody::Place>(&part);
            return place == nullptr || values_[place->argument].has_value();
        });
    }

    std::string value_at(const FunctionBody::Place& place) {
        const auto& value = values_[place.argument];
        if (!value) {
            fail({"null value not allowed for " + name_of(place.argument), {}, {}, true});
            return {};
        }
        if (auto failure = check_value(*value, place.kind, settings_.checks))
            fail({std::move(failure->message),
                  "The value of " + name_of(place.argument) + " is \"" + printable(*value) + "\".",
                  std::move(failure->hint)});
        return *value;
    }

    std::string cluster() {
        if (settings_.cluster.empty())
            fail({"efm.cluster_name is not set", {}, "Set it to the name of the cluster that efm knows."});
        else if (auto failure = check_value(settings_.cluster, ValueKind::cluster))
            fail({std::move(failure->message),
                  "The value of efm.cluster_name is \"" + printable(settings_.cluster) + "\".",
                  std::move(failure->hint)});
        return settings_.cluster;
    }

    [[nodiscard]] std::string name_of(std::size_t argument) const {
        return argument_label(arguments_, argument);
    }

    void fail(CallError reason) {
        if (!error)
            error = std::move(reason);
    }

    const std::vector<Argument>& arguments_;
    const std::vector<ArgumentValue>& values_;
    const CallSettings& settings_;
};

}  // namespace

std::string argument_label(const std::vector<Argument>& arguments, std::size_t index) {
    const auto& name = arguments[index].name;
    return "argument " + (name.empty() ? std::to_string(index + 1) : '"' + printable(name) + '"');
}

std::variant<Command, CallError> FunctionBody::bind(const std::vector<ArgumentValue>& values,
                                                    const CallSettings& settings) const {
    if (values.size() != arguments_.size())
        throw std::invalid_argument("number of values differs from the number of arguments");
    Binder binder{arguments_, values, settings};
    binder.add(items_);
    if (binder.error)
        return *std::move(binder.error);
    Command command;
    command.subcommand = subcommand_;
    command.cluster = std::move(binder.words.front());
    binder.words.erase(binder.words.begin());
    command.arguments = std::move(binder.words);
    command.confirmation = default_confirmation(subcommand_);
    return command;
}

}  // namespace efm::plefm
