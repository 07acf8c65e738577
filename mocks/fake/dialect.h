#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mocks/fake/open_points.h"
#include "mocks/fake/version.h"

namespace efm::fake {

/// What an EFM of some version prints, with a scenario's answers to what no document tells.
struct Dialect {
    // Not explicit: a version alone is a dialect, with the usual answers.
    Dialect(const EfmVersion& spoken = {}, OpenPoints answers = {})
        : version(spoken), points(std::move(answers)) {}

    [[nodiscard]] bool has_agent_column() const {
        return decide(points.agent_column, !version.is_at_least(4, 7));
    }
    [[nodiscard]] bool has_agent_key() const { return decide(points.agent_key, !version.is_at_least(4, 0)); }

    /// What the sentences below the promote table call the primary.
    [[nodiscard]] std::string_view conclusion_word() const {
        const bool says_primary = points.conclusion_word == OpenPoints::Word::by_version
                                      ? version.says_primary()
                                      : points.conclusion_word == OpenPoints::Word::primary;
        return says_primary ? "primary" : "master";
    }

    EfmVersion version;
    OpenPoints points;

  private:
    static bool decide(OpenPoints::Shown point, bool by_version) {
        return point == OpenPoints::Shown::by_version ? by_version : point == OpenPoints::Shown::yes;
    }
};

}  // namespace efm::fake
