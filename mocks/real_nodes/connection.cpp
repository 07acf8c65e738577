#include "mocks/real_nodes/connection.h"

#include <array>

#include "mocks/real_nodes/program.h"

namespace efm::fake {

Connection::Connection(const std::string& connection_string) {
    const std::array<const char*, 4> keys{"dbname", "fallback_application_name", "connect_timeout", nullptr};
    const std::array<const char*, 4> values{connection_string.c_str(), application_name, connect_seconds,
                                            nullptr};
    connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
    if (!is_open())
        trouble_ = one_line(PQerrorMessage(connection_.get()));
}

bool Connection::is_open() const {
    return PQstatus(connection_.get()) == CONNECTION_OK;
}

std::optional<std::string> Connection::value(const std::string& statement) {
    if (!is_open())
        return std::nullopt;
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection_.get(), statement.c_str()),
                                                               PQclear};
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        trouble_ = one_line(PQerrorMessage(connection_.get()));
        return std::nullopt;
    }
    if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0)
        return std::string{};
    return std::string{PQgetvalue(result.get(), 0, 0)};
}

std::string Connection::literal(const std::string& text) {
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted{
        PQescapeLiteral(connection_.get(), text.c_str(), text.size()), PQfreemem};
    return quoted ? quoted.get() : "''";
}

}  // namespace efm::fake
