#include <array>
#include <range/v3/algorithm/find.hpp>

#include "backends/efm/properties_file.h"

namespace efm {

namespace {

// The properties whose values cannot hold a secret; case matters, as it does to EFM. A list of what may be
// shown and not of what must be hidden: a name that nobody has thought of stays hidden. Not here on purpose,
// because a site may have put a password into them: all scripts and commands (script.*, *.command,
// restore.command, pingServerCommand), jdbc.properties, jvm.options; and what tells where a secret is kept
// (script.db.password, pcp.pass.file).
constexpr auto harmless_names = std::to_array<std::string_view>({
    // EFM 5.4, cluster properties of the user guide
    "db.user",
    "db.port",
    "db.database",
    "db.service.owner",
    "db.service.name",
    "db.bin",
    "db.data.dir",
    "db.config.dir",
    "jdbc.sslmode",
    "user.email",
    "from.email",
    "notification.level",
    "notification.text.prefix",
    "bind.address",
    "external.address",
    "admin.port",
    "primary.health.check.port",
    "is.witness",
    "local.period",
    "local.timeout",
    "local.timeout.final",
    "remote.timeout",
    "node.timeout",
    "encrypt.agent.messages",
    "enable.stop.cluster",
    "stop.isolated.primary",
    "stop.failed.primary",
    "primary.shutdown.as.failure",
    "update.physical.slots.period",
    "ping.server.ip",
    "auto.allow.hosts",
    "stable.nodes.file",
    "db.reuse.connection.count",
    "auto.failover",
    "auto.reconfigure",
    "auto.rewind",
    "auto.basebackup",
    "promotable",
    "use.replay.tiebreaker",
    "standby.restart.delay",
    "application.name",
    "backup.wal",
    "reconfigure.num.sync",
    "reconfigure.num.sync.max",
    "reconfigure.sync.primary",
    "check.num.sync.period",
    "minimum.standbys",
    "priority.standbys",
    "recovery.check.period",
    "restart.connection.timeout",
    "auto.resume.startup.period",
    "auto.resume.failure.period",
    "virtual.ip",
    "virtual.ip.interface",
    "virtual.ip.prefix",
    "virtual.ip.single",
    "check.vip.before.promotion",
    "check.vip.timeout",
    "release.vip.background",
    "release.vip.pre.wait",
    "release.vip.post.wait",
    "pgpool.enable",
    "pcp.user",
    "pcp.host",
    "pcp.port",
    "pgpool.bin",
    "detach.on.agent.failure",
    "custom.monitor.interval",
    "custom.monitor.timeout",
    "custom.monitor.safe.mode",
    "lock.dir",
    "pid.dir",
    "log.dir",
    "syslog.host",
    "syslog.port",
    "syslog.protocol",
    "syslog.facility",
    "file.log.enabled",
    "syslog.enabled",
    "jgroups.loglevel",
    "efm.loglevel",
    "jdbc.loglevel",
    // 4.x
    "auto.resume.period",
    // 3.x and before
    "stop.isolated.master",
    "stop.failed.master",
    "master.shutdown.as.failure",
    "reconfigure.sync.master",
    "pingServerIp",
    "virtualIp",
    "virtualIp.interface",
    "virtualIp.prefix",
    "virtualIp.single",
    "jdbc.ssl",
    "jdbc.ssl.mode",
    "db.recovery.dir",
    "db.recovery.conf.dir",
});

}  // namespace

std::string shown_value(const Property& property) {
    if (property.value.empty())
        return {};
    const bool is_harmless = ranges::find(harmless_names, property.name) != harmless_names.end();
    return is_harmless ? property.value : "********";
}

}  // namespace efm
