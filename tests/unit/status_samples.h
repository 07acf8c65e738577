#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "backends/status/status_reader.h"

// Answers of `efm cluster-status-json` that more than one test reads.
namespace efm::samples {

/// The status that `json` holds; an empty one, and a failed test, where it holds none.
inline ClusterStatus read(const std::string& json) {
    auto status = read_cluster_status(json);
    EXPECT_TRUE(status) << json.substr(0, 1000);
    return status ? *status : ClusterStatus{};
}

inline std::vector<std::string> addresses(const ClusterStatus& status) {
    std::vector<std::string> all;
    for (const auto& node : status.nodes)
        all.push_back(node.address);
    return all;
}

/// Captured from an EFM 3.x: one line, slashes escaped, Master, agent.
inline const std::string efm_3 =
    R"({"nodes":{"10.4.0.1":{"type":"Standby","agent":"UP","db":"UP","vip":"10.4.0.227","vip_active":false,)"
    R"("xlog":"3079\/64650BF8","xloginfo":""},"10.4.0.12":{"type":"Master","agent":"UP","db":"UP",)"
    R"("vip":"10.4.0.227","vip_active":true,"xlog":"3079\/64650BF8","xloginfo":""},"10.4.0.121":)"
    R"({"type":"Witness","agent":"UP","db":"N\/A","vip":"10.4.0.227","vip_active":false}},)"
    R"("allowednodes":["10.4.0.122","10.4.0.121","10.4.0.12","10.4.0.1"],)"
    R"("membershipcoordinator":"10.4.0.122","failoverpriority":["10.4.0.1"],"minimumstandbys":0,)"
    R"("missingnodes":[],"messages":[]})";

/// The documented answer of EFM 4.x, made valid JSON.
inline const std::string efm_4 = R"({"nodes":{
  "172.16.144.176":{"type":"Witness","db":"N\/A","vip":"","vip_active":false},
  "172.16.144.177":{"type":"Primary","db":"UP","vip":"","vip_active":false,"xlogReceive":"0\/14001478","xlog":"0\/14001478","xloginfo":""},
  "172.16.144.180":{"type":"Standby","db":"UP","vip":"","vip_active":false,"xlogReceive":"0\/14001478","xlog":"0\/14001478","xloginfo":""}},
 "allowednodes":["172.16.144.177","172.16.144.160","172.16.144.180","172.16.144.176"],
 "membershipcoordinator":"172.16.144.177","failoverpriority":["172.16.144.180"],
 "minimumstandbys":0,"missingnodes":[],"messages":[]})";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// The same with the keys of EFM 5.
inline const std::string efm_5 = replaced(
    replaced(replaced(efm_4, "xlogReceive", "lsnReceive"), "xloginfo", "lsnInfo"), "\"xlog\"", "\"lsn\"");

/// A cluster of `size` nodes as EFM 5 prints it: the primary last, before it standbys of which the first lags
/// one byte, the second two, and so on; the last of them is promoted first.
inline std::string cluster_of(int size) {
    const auto address = [](int node) {
        return "\"10." + std::to_string(node / 62500) + "." + std::to_string(node / 250 % 250) + "." +
               std::to_string(node % 250) + "\"";
    };
    std::string nodes;
    std::string all;
    std::string priority;
    for (int node = 1; node <= size; ++node) {
        const bool is_primary = node == size;
        std::array<char, 32> location{};
        std::snprintf(location.data(), location.size(), "\"1\\/%X\"", 0x4000168 - (is_primary ? 0 : node));
        nodes.append(node == 1 ? "" : ",")
            .append(address(node))
            .append(is_primary
                        ? R"(:{"type":"Primary","db":"UP","vip":"10.9.9.9","vip_active":true,"lsnReceive":)"
                        : R"(:{"type":"Standby","db":"UP","vip":"10.9.9.9","vip_active":false,"lsnReceive":)")
            .append(location.data())
            .append(",\"lsn\":")
            .append(location.data())
            .append(",\"lsnInfo\":\"\"}");
        all.append(node == 1 ? "" : ",").append(address(node));
        if (node > 1)
            priority.append(node == 2 ? "" : ",").append(address(size + 1 - node));
    }
    return "{\"nodes\":{" + nodes + "},\"allowednodes\":[" + all +
           "],\"membershipcoordinator\":" + address(size) + ",\"failoverpriority\":[" + priority +
           R"(],"minimumstandbys":0,"missingnodes":[],"messages":[]})";
}

}  // namespace efm::samples
