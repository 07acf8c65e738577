#pragma once

#include <string>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

namespace efm::fake {

/// The options of `mock-efm control verify` that say how often a call is expected.
boost::program_options::options_description expectation_options();

/// Whether one of them is given.
bool has_expectation(const boost::program_options::variables_map& values);

/// What an expectation looks like, for people.
std::string expectation_help();

/// The expectation as JSON: how often (an option), and which call (`words`: a subcommand alone means it with
/// any arguments; else all words are meant, `*` being any one). `mistake` is filled when it is none.
std::string expectation_from_words(const boost::program_options::variables_map& values,
                                   const std::vector<std::string>& words, std::string& mistake);

}  // namespace efm::fake
