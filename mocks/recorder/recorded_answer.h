#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/recorder/pass_through.h"

namespace efm::fake {

/// The rule of a scenario's `faults` that gives this answer to these words, aliases and masks being in place
/// already.
boost::json::object make_answer(const std::vector<std::string>& words, const PassedThrough& seen);

/// Adds `answer`, which `earlier` calls of its kind came before. The last answer of a kind is given to all
/// calls that come after it; one that is the same as it adds nothing.
void add_answer(boost::json::array& faults, boost::json::object answer, std::int64_t earlier);

/// Are its questions on standard error?
bool asks_on_errors(const PassedThrough& seen);

/// What makes two calls the same call: subcommand and arguments.
std::string kind_of_answer(const boost::json::object& answer);

/// Lets `change` alter every text of an answer.
template <typename Change>
void change_texts(boost::json::object& answer, const Change& change) {
    for (auto& [key, value] : answer) {
        if (auto* const text = value.if_string(); text != nullptr && key != "output_hex")
            value = change(std::string{text->begin(), text->end()});
        auto* const words = value.if_array();
        for (std::size_t index = 0; words != nullptr && index < words->size(); ++index) {
            if (const auto* const word = (*words)[index].if_string())
                (*words)[index] = change(std::string{word->begin(), word->end()});
        }
    }
}

}  // namespace efm::fake
