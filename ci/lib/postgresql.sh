# shellcheck shell=bash
# Which PostgreSQL: everything asks the one pg_config.

# Sets PG_CONFIG, PG_MAJOR, PG_BIN and PG_REGRESS.
find_postgresql() {
    if [ -z "${PG_CONFIG:-}" ]; then
        PG_CONFIG=pg_config
        if command -v dpkg-query >/dev/null; then
            # /usr/bin/pg_config is a wrapper that may choose another major than the one whose headers were installed.
            PG_CONFIG=/usr/lib/postgresql/$(postgresql_major)/bin/pg_config
        fi
    fi
    PG_CONFIG=$(command -v "$PG_CONFIG") || die "no pg_config: install the headers of a server, or set PG_CONFIG"
    PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    PG_BIN=$("$PG_CONFIG" --bindir)
    PG_REGRESS=$("$PG_CONFIG" --pkglibdir)/pgxs/src/test/regress/pg_regress
    export PG_CONFIG PG_MAJOR PG_BIN PG_REGRESS
    [ -x "$PG_BIN/initdb" ] || die "$PG_BIN has headers but no server (no initdb): install postgresql-$PG_MAJOR"
    say "$("$PG_CONFIG" --version), by $PG_CONFIG"
}
