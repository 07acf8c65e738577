#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>

namespace efm::fake {

/// A session on a server, for one statement after the other. Whatever goes wrong is in trouble().
class Connection {
  public:
    explicit Connection(const std::string& connection_string);

    [[nodiscard]] bool is_open() const;
    /// Runs one statement. The first value of its first row, empty for none and for NULL; nothing when it
    /// failed.
    std::optional<std::string> value(const std::string& statement);
    /// `text` as an SQL literal.
    std::string literal(const std::string& text);
    /// The server's or libpq's own words, on one line.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

  private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    std::unique_ptr<PGconn, Finish> connection_;
    std::string trouble_;
};

/// What a connection string is given beside itself: the name under which EFM is seen, a bound of seconds.
inline constexpr const char* application_name = "efm";
inline constexpr const char* connect_seconds = "2";

}  // namespace efm::fake
