// Promotion that tells what became of it.

#include <algorithm>
#include <optional>

#include "backends/checks/argument_check.h"
#include "backends/outcome/advice.h"
#include "backends/outcome/failure_detail.h"
#include "backends/promotion/preflight.h"
#include "backends/promotion/promotion_watch.h"
#include "extension/backend_waiter.h"
#include "extension/command_call.h"
#include "extension/promotion_lock.h"
#include "extension/row_writer.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

/// Between two questions EFM is left alone for as long as the last one took, within these bounds: it spends
/// half of the time on them at most. All that wait share the questions.
constexpr std::int64_t shortest_rest_ms = 100;
constexpr std::int64_t longest_rest_ms = 1000;
constexpr std::chrono::milliseconds look_every{100};
/// The last look may take so long, although the time is over.
constexpr std::int64_t shortest_look_ms = 1000;
/// In an emergency the status may hang. Who promotes must not wait for it until efm.command_timeout.
constexpr std::int64_t longest_status_before_ms = 10'000;

struct Wish {
    bool wait = true;
    int wait_seconds = 60;
    bool switchover = false;
    std::string source_node;
    bool quiet = false;
    bool run_scripts = true;
    bool force = false;
    std::string expected_primary;
};

bool flag_argument(FunctionCallInfo fcinfo, int index, const char* name) {
    if (fcinfo->args[index].isnull)
        throw SqlError{"22004", std::string{"argument \""} + name + "\" must not be null"};
    return DatumGetBool(fcinfo->args[index].value);
}

/// Empty for NULL.
std::string address_argument(FunctionCallInfo fcinfo, int index, const char* name, const Settings& settings) {
    if (fcinfo->args[index].isnull)
        return {};
    auto address = text_argument(fcinfo, index);
    if (const auto failure =
            check_value(address, ValueKind::address, {.allow_host_names = settings.allow_host_names}))
        throw SqlError{"22023",
                       std::string{"invalid value for argument \""} + name + "\": " + failure->message,
                       failure->detail, failure->hint};
    return address;
}

Wish read_wish(FunctionCallInfo fcinfo, const Settings& settings) {
    Wish wish;
    wish.wait = flag_argument(fcinfo, 0, "wait");
    if (fcinfo->args[1].isnull)
        throw SqlError{"22004", "argument \"wait_seconds\" must not be null"};
    wish.wait_seconds = DatumGetInt32(fcinfo->args[1].value);
    // In the words of pg_promote().
    if (wish.wait_seconds <= 0)
        throw SqlError{"22003", "\"wait_seconds\" must not be negative or zero"};
    wish.switchover = flag_argument(fcinfo, 2, "switchover");
    wish.source_node = address_argument(fcinfo, 3, "source_node", settings);
    wish.quiet = flag_argument(fcinfo, 4, "quiet");
    wish.run_scripts = flag_argument(fcinfo, 5, "run_scripts");
    wish.force = flag_argument(fcinfo, 6, "force");
    wish.expected_primary = address_argument(fcinfo, 7, "expected_primary", settings);
    if (!wish.switchover && !wish.source_node.empty())
        throw SqlError{
            "22023", "argument \"source_node\" is for a switchover only",
            "Recovery settings are copied from that node for the old primary, which a failover leaves alone.",
            "Call efm_promote(switchover => true, source_node => ...)."};
    return wish;
}

Command promote_command(const Wish& wish, const Settings& settings) {
    Command command{.subcommand = "promote",
                    .cluster = required_cluster_name(settings),
                    .arguments = {},
                    .confirmation = wish.force ? Confirmation::force : Confirmation::routine};
    if (wish.switchover)
        command.arguments.emplace_back("-switchover");
    if (!wish.source_node.empty())
        command.arguments.insert(command.arguments.end(), {"-sourcenode", wish.source_node});
    if (wish.quiet)
        command.arguments.emplace_back("-quiet");
    if (!wish.run_scripts)
        command.arguments.emplace_back("-noscripts");
    return command;
}

void notice(const std::string& text, const std::string& detail = {}, const std::string& hint = {}) {
    const char* const message = text.c_str();
    const char* const more = detail.c_str();
    const char* const advice = hint.c_str();
    guard::call([&] {
        ereport(NOTICE, (errmsg("%s", message), *more != '\0' ? errdetail("%s", more) : 0,
                         *advice != '\0' ? errhint("%s", advice) : 0));
    });
}

void warn(const std::string& text, const std::string& detail, const std::string& hint) {
    const char* const message = text.c_str();
    const char* const more = detail.c_str();
    const char* const advice = hint.c_str();
    guard::call(
        [&] { ereport(WARNING, (errmsg("%s", message), errdetail("%s", more), errhint("%s", advice))); });
}

/// What an interrupt is to say of the promotion; without `hint` its own stays.
void explain(const PgError& interrupt, const char* detail, const char* hint = nullptr) {
    ErrorData* const data = interrupt.data();
    guard::call([&] {
        data->detail = pstrdup(detail);
        if (hint != nullptr)
            data->hint = pstrdup(hint);
    });
}

/// The status before the promotion; nothing, with `trouble` filled, when it cannot be had.
std::optional<ClusterStatus> status_before(const std::string& caller, std::string& trouble) {
    try {
        return recent_cluster_status(caller, 0, longest_status_before_ms).status;
    } catch (const SqlError& error) {
        trouble = error.message + (error.detail.empty() ? "" : ": " + error.detail);
        if (error.sqlstate == "57014")
            notice("EFM has not told the status of the cluster within " +
                       std::to_string(longest_status_before_ms / 1000) + " s",
                   "What was before the promotion is not known.");
        return std::nullopt;
    } catch (const PgError& error) {
        explain(error, "No promotion was asked for. Nothing was changed.");
        throw;
    }
}

std::string primary_addresses(const ClusterStatus& status) {
    std::string list;
    for (const auto& node : status.nodes) {
        if (node.is_primary())
            list.append(list.empty() ? "" : " and ").append(node.address);
    }
    return list.empty() ? "none" : list;
}

void require_expected_primary(const Wish& wish, const std::optional<ClusterStatus>& before,
                              const std::string& trouble) {
    if (wish.expected_primary.empty())
        return;
    constexpr const char* refused = "promotion refused: the primary is not the expected one";
    if (!before)
        throw SqlError{"55000", refused, "The status of the cluster could not be had: " + trouble,
                       "Nothing was changed."};
    const auto* const primary = before->primary();
    if (before->count_primaries() != 1 || !is_same_address(primary->address, wish.expected_primary)) {
        throw SqlError{
            "55000", refused,
            "Expected primary " + wish.expected_primary + ", found " + primary_addresses(*before) + ".",
            "Nothing was changed. Somebody may have promoted a standby meanwhile: look at "
            "efm_get_nodes()."};
    }
}

/// Refused, or not known what became of it: then the message says so.
[[noreturn]] void throw_failed_command(const Command& command, const CommandOutcome& outcome,
                                       const Wish& wish, const std::optional<ClusterStatus>& before) {
    const auto& failure = *outcome.failure;
    if (has_unknown_outcome(command, outcome.result))
        throw SqlError{failure.sqlstate.c_str(),
                       "the outcome of the promotion is unknown: " + failure.message, failure.detail,
                       failure.hint};
    auto sqlstate = failure.sqlstate;
    auto detail = failure.detail;
    auto hint = failure.hint;
    const auto failed = before && outcome.result.ending == Ending::exited
                            ? failed_checks(preflight_checks(*before, wish.switchover))
                            : std::vector<Check>{};
    if (!failed.empty())
        detail += (detail.empty() ? "" : "\n") + std::string{"Checks that did not pass before it:\n"} +
                  list_of_checks(failed);
    if (sqlstate == "38000" && outcome.result.ending == Ending::exited) {
        // EFM's words are not known; what did not pass before tells whether it has refused.
        if (failed.empty()) {
            hint =
                "Whether EFM has accepted it cannot be told from this: look at efm_get_nodes() before "
                "trying again.";
        } else {
            sqlstate = "55000";
            hint = failed.front().hint;
        }
    }
    const auto& question = outcome.result.refused_question;
    if (!question.empty() && classify_question(question) == QuestionKind::data_loss)
        hint = why_answered_no(question) + (is_about_vip(question) ? " Make sure that it is stopped." : "") +
               " To go on all the same, call efm_promote(force => true).";
    throw SqlError{sqlstate.c_str(), failure.message, detail, hint};
}

/// While it lives, an error says that the promotion goes on without us.
class AcceptedNote {
  public:
    AcceptedNote() noexcept {
        callback_.callback = [](void* /*argument*/) {
            errcontext("waiting for a promotion that EFM has accepted and that goes on");
        };
        callback_.arg = nullptr;
        callback_.previous = error_context_stack;
        error_context_stack = &callback_;
    }
    ~AcceptedNote() { error_context_stack = callback_.previous; }
    AcceptedNote(const AcceptedNote&) = delete;
    AcceptedNote& operator=(const AcceptedNote&) = delete;

  private:
    ErrorContextCallback callback_{};
};

std::string elapsed_text(std::int64_t since_ms) {
    return "after " + std::to_string((monotonic_ms() - since_ms) / 1000) + " s";
}

constexpr const char* goes_on = "The promotion has been accepted and goes on.";
constexpr const char* look_later = "Look at efm_get_nodes() for what becomes of it.";

/// recent_cluster_status(), and an interrupt says what it did not stop.
const SessionStatus& status_now(const std::string& caller, std::int64_t max_age_ms, std::int64_t most_ms) {
    try {
        return recent_cluster_status(caller, max_age_ms, most_ms);
    } catch (const PgError& error) {
        explain(error, goes_on, look_later);
        throw;
    }
}

/// Looks at the cluster until the promotion is through or it is `end`; the steps are told with the time since
/// `begun`. `trouble`: why the last look failed.
void follow(PromotionWatch& watch, const std::string& caller, std::int64_t begun, std::int64_t end,
            std::string& trouble) {
    const AcceptedNote note;
    BackendWaiter waiter;
    std::int64_t age_ms = 0;
    while (!watch.is_over()) {
        try {
            // An EFM that does not answer is no reason to wait longer than the caller wants.
            const auto& session =
                status_now(caller, age_ms, std::max(end - monotonic_ms(), shortest_look_ms));
            age_ms = session.took_ms + std::clamp(session.took_ms, shortest_rest_ms, longest_rest_ms);
            const auto steps = watch.look(session.status);
            trouble.clear();
            for (const auto& step : steps)
                notice(step, elapsed_text(begun) + ".");
        } catch (const SqlError& error) {
            // It may fail for a while in the middle: the agents are busy, a primary is gone.
            trouble = error.message;
        }
        const auto left = end - monotonic_ms();
        if (watch.is_over() || left <= 0)
            return;
        const auto pause = std::min<std::chrono::milliseconds>(look_every, std::chrono::milliseconds{left});
        if (waiter.wait(-1, pause) == WaitResult::interrupted)
            waiter.throw_interrupt(goes_on, look_later);
    }
}

std::string why_not_seen(const PromotionWatch& watch, const std::string& trouble) {
    if (!trouble.empty())
        return "The promotion was accepted and may have happened; its outcome is unknown, because the status "
               "of the cluster could not be had: " +
               trouble;
    if (watch.is_in_doubt())
        return "The promotion was accepted and may have happened; its outcome is unknown: node " +
               watch.old_primary() +
               " is primary, and whether it was so before is not known, because the status before could not "
               "be had.";
    std::string text = "The promotion was accepted and may still happen.";
    for (const auto& message : watch.messages())
        text += "\nEFM says: " + message;
    return text;
}

Datum promote(FunctionCallInfo fcinfo) {
    const auto settings = current_settings();
    const auto wish = read_wish(fcinfo, settings);
    const auto command = promote_command(wish, settings);
    const auto caller = called_function(fcinfo);
    const auto begun = monotonic_ms();
    const PromotionLock lock{command.cluster, !wish.expected_primary.empty()};
    std::string trouble;
    const auto before = status_before(caller, trouble);
    require_expected_primary(wish, before, trouble);
    if (!guard::call([] { return RecoveryInProgress(); }))
        notice("this server is a primary: EFM may stop it, and this session with it", {},
               "Should the connection be lost, look at efm_get_nodes() on another node.");

    const auto asked = monotonic_ms();
    const auto outcome = run_command(command, settings, caller);
    if (outcome.failure)
        throw_failed_command(command, outcome, wish, before);
    if (!wish.wait)
        return BoolGetDatum(true);
    notice(wish.switchover ? "switchover accepted" : "promotion accepted", elapsed_text(begun) + ".");

    PromotionWatch watch{before, wish.switchover};
    follow(watch, caller, begun, asked + std::int64_t{wish.wait_seconds} * 1000, trouble);
    if (!watch.has_new_primary()) {
        warn("no new primary was seen within " + std::to_string(wish.wait_seconds) + " seconds",
             why_not_seen(watch, trouble),
             "Look at efm_get_nodes(), and at the EFM log of the node that is promoted.");
        return BoolGetDatum(false);
    }
    if (!watch.is_over())
        warn("node " + watch.old_primary() + " is not back as a standby yet",
             "Node " + watch.new_primary() + " is the new primary.",
             "Look at efm_get_nodes(), and at the EFM log of that node.");
    if (watch.primaries() > 1)
        warn("there are " + std::to_string(watch.primaries()) + " primaries",
             "Node " + watch.new_primary() + " is the new one; another is still there.",
             "Find out which of them holds the data, and stop the others: look at efm_get_nodes().");
    return BoolGetDatum(true);
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_promote) {
    return efm::guard::enter([&] { return efm::promote(fcinfo); });
}
