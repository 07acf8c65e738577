// The reports of each generation, byte for byte: the files in golden/ named after a version. They were
// written by the fake, with EFM_WRITE_GOLDEN set, and then read line by line against the samples beside them,
// which are of real clusters (fake_samples_test.cpp).

#include <cstdlib>

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

struct Situation {
    std::string name;
    std::string nodes;  ///< and what else the scenario says, without its version
};

const std::vector<Situation>& situations() {
    static const std::vector<Situation> all{
        {"healthy", R"("vip": "10.0.0.100", "nodes": [
            {"address": "10.0.0.1", "role": "Primary", "replayed": "0/4000168"},
            {"address": "10.0.0.2", "role": "Standby", "replayed": "0/4000168"},
            {"address": "10.0.0.3", "role": "Standby", "replayed": "0/4000168"},
            {"address": "10.0.0.4", "role": "Witness"}])"},
        {"failed-over", R"("vip": "10.0.0.100", "local_node": "10.0.0.2", "nodes": [
            {"address": "10.0.0.1", "role": "Idle"},
            {"address": "10.0.0.2", "role": "Primary", "replayed": "0/5000310"},
            {"address": "10.0.0.4", "role": "Witness"}])"},
        {"failed-node", R"("nodes": [
            {"address": "10.0.0.1", "role": "Primary", "replayed": "0/4000168"},
            {"address": "10.0.0.2", "role": "Standby", "received": "0/4000168", "replayed": "0/4000100"},
            {"address": "10.0.0.3", "role": "Standby", "agent": "DOWN"}])"},
    };
    return all;
}

class FakeGoldenTest : public FakeTest, public testing::WithParamInterface<std::string> {
  protected:
    void compare(const std::string& name, const std::string& text) {
        const std::string file = std::string{EFM_GOLDEN} + "/" + GetParam() + "-" + name;
        if (writes_)
            write(file, text);
        else
            EXPECT_EQ(text, read(file)) << file;
    }

    const bool writes_ = std::getenv("EFM_WRITE_GOLDEN") != nullptr;
};

// S-01 S-02 S-05 S-09 S-11 S-12 S-13 S-17 S-18 S-19 S-20 S-21 V-01 V-02 V-03 V-04 V-05 V-06
TEST_P(FakeGoldenTest, PrintsWhatThisVersionPrints) {
    for (const auto& situation : situations()) {
        set_scenario(R"({"efm_version": ")" + GetParam() + "\", " + situation.nodes + "}");
        compare(situation.name + ".txt", play({"cluster-status", "efm"}).output);
        compare(situation.name + ".json", play({"cluster-status-json", "efm"}).output);
    }
    set_scenario(R"({"efm_version": ")" + GetParam() + "\", " + situations().front().nodes + "}");
    compare("node.json", play({"node-status-json", "efm"}).output);
    if (writes_)
        GTEST_SKIP() << "EFM_WRITE_GOLDEN is set: the files were written, and nothing was compared";
}

INSTANTIATE_TEST_SUITE_P(Versions, FakeGoldenTest, testing::Values("3.10", "4.0", "4.10", "5.0", "5.4"),
                         [](const auto& version) {
                             auto name = "Efm" + version.param;
                             name[name.find('.')] = '_';
                             return name;
                         });

}  // namespace
}  // namespace efm::fake
