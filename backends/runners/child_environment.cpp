#include "backends/runners/child_environment.h"

namespace efm {

std::string search_path(const RunnerSettings& settings) {
    const std::string system_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    return settings.java_home.empty() ? system_path : settings.java_home + "/bin:" + system_path;
}

std::vector<std::string> child_environment(const RunnerSettings& settings) {
    std::vector<std::string> environment{"LC_ALL=C", "PATH=" + search_path(settings),
                                         "HOME=" + settings.home};
    if (!settings.java_home.empty())
        environment.push_back("JAVA_HOME=" + settings.java_home);
    return environment;
}

}  // namespace efm
