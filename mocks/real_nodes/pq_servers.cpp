#include "mocks/real_nodes/pq_servers.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/any_of.hpp>

#include "mocks/real_nodes/connection.h"
#include "mocks/real_nodes/program.h"

namespace efm::fake {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* role_query =
    "SELECT pg_is_in_recovery(), CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END";
constexpr const char* location_query = "SELECT pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()";

/// The conversation with one server, as far as it has come.
class Conversation {
  public:
    explicit Conversation(const RealServer& server) {
        if (!server.is_named()) {
            step_ = Step::done;
            return;
        }
        const std::array<const char*, 3> keys{"dbname", "fallback_application_name", nullptr};
        const std::array<const char*, 3> values{server.connection.c_str(), application_name, nullptr};
        connection_.reset(PQconnectStartParams(keys.data(), values.data(), 1));
        if (PQstatus(connection_.get()) == CONNECTION_BAD)
            fail();
    }

    [[nodiscard]] bool is_done() const { return step_ == Step::done; }
    [[nodiscard]] bool knows_role() const { return step_ >= Step::knows_role; }
    [[nodiscard]] bool is_primary() const { return answer_.answers && !answer_.in_recovery; }
    [[nodiscard]] ServerAnswer answer() const { return answer_; }

    [[nodiscard]] pollfd waits_for() const {
        const bool waits =
            step_ == Step::connecting || step_ == Step::asks_role || step_ == Step::asks_location;
        return {waits ? PQsocket(connection_.get()) : -1, events_, 0};
    }

    void go_on() {
        if (step_ == Step::connecting) {
            connect();
            return;
        }
        if (PQconsumeInput(connection_.get()) == 0) {
            fail();
            return;
        }
        while (!is_done() && step_ != Step::knows_role && PQisBusy(connection_.get()) == 0) {
            const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQgetResult(connection_.get()),
                                                                       PQclear};
            if (!result)
                next_step();
            else
                take(*result);
        }
    }

    void ask_location() {
        if (step_ == Step::knows_role)
            ask(location_query, Step::asks_location);
    }

    void give_up(std::chrono::milliseconds limit) {
        answer_ = {};
        const auto said = one_line(PQerrorMessage(connection_.get()));
        answer_.error =
            "No answer within " + std::to_string(limit.count()) + " ms." + (said.empty() ? "" : " " + said);
        step_ = Step::done;
    }

  private:
    enum class Step { connecting, asks_role, knows_role, asks_location, done };

    void connect() {
        const auto status = PQconnectPoll(connection_.get());
        if (status == PGRES_POLLING_FAILED)
            fail();
        else if (status == PGRES_POLLING_OK)
            ask(role_query, Step::asks_role);
        else
            events_ = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    }

    // A query this short is sent in one piece.
    void ask(const char* query, Step step) {
        step_ = step;
        events_ = POLLIN;
        if (PQsendQuery(connection_.get(), query) == 0)
            fail();
    }

    void take(const PGresult& result) {
        if (PQresultStatus(&result) != PGRES_TUPLES_OK || PQntuples(&result) != 1) {
            fail();
            return;
        }
        const std::string first = PQgetvalue(&result, 0, 0);
        const std::string second = PQgetvalue(&result, 0, 1);
        if (step_ == Step::asks_role) {
            answer_.in_recovery = first == "t";
            answer_.replayed = second;
        } else {
            answer_.received = first;
            answer_.replayed = second;
        }
    }

    void next_step() {
        if (step_ == Step::asks_role && answer_.in_recovery) {
            step_ = Step::knows_role;
            return;
        }
        answer_.answers = true;
        step_ = Step::done;
    }

    void fail() {
        answer_ = {};
        answer_.error = one_line(PQerrorMessage(connection_.get()));
        step_ = Step::done;
    }

    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    std::unique_ptr<PGconn, Finish> connection_;
    Step step_ = Step::connecting;
    short events_ = POLLOUT;
    ServerAnswer answer_;
};

// Whether the standbys may be asked for their locations: a primary has told its own, or none will.
bool primary_has_spoken(const std::vector<Conversation>& conversations, bool is_late) {
    return is_late || ranges::any_of(conversations, &Conversation::is_primary) ||
           !ranges::any_of(conversations, [](const auto& one) { return !one.knows_role(); });
}

}  // namespace

std::vector<ServerAnswer> PqServers::ask(const std::vector<RealServer>& servers) {
    const auto start = Clock::now();
    std::vector<Conversation> conversations;
    conversations.reserve(servers.size());
    for (const auto& server : servers)
        conversations.emplace_back(server);

    std::vector<pollfd> waiting;
    for (;;) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
        if (primary_has_spoken(conversations, elapsed > limit_ / 2)) {
            for (auto& conversation : conversations)
                conversation.ask_location();
        }
        if (elapsed >= limit_ || ranges::all_of(conversations, &Conversation::is_done))
            break;
        waiting.clear();
        for (const auto& conversation : conversations)
            waiting.push_back(conversation.is_done() ? pollfd{-1, 0, 0} : conversation.waits_for());
        const auto left = std::min(limit_ - elapsed, limit_ / 4 + std::chrono::milliseconds{1});
        poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
        for (std::size_t index = 0; index < waiting.size(); ++index) {
            if (waiting[index].revents != 0)
                conversations[index].go_on();
        }
    }

    std::vector<ServerAnswer> answers;
    for (auto& conversation : conversations) {
        if (!conversation.is_done())
            conversation.give_up(limit_);
        answers.push_back(conversation.answer());
    }
    return answers;
}

}  // namespace efm::fake
