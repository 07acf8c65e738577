-- The catalog of release 1.1 of the extension before this one as it is when it was installed as 1.1: in what it is
-- different from an updated one.
\ir 1.0.sql
\ir 1.0--1.1.sql
SET search_path = efm_extension, public;
CREATE OR REPLACE FUNCTION efm_cluster_status(output_type text) RETURNS SETOF text LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_cluster_status';
CREATE OR REPLACE FUNCTION efm_allow_node(ip_address text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE OR REPLACE FUNCTION efm_disallow_node(ip_address text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE OR REPLACE FUNCTION efm_set_priority(ip_address text, priority text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER
    AS 'SELECT -1';
ALTER FUNCTION efm_extension.pg_is_in_recovery() SET search_path = pg_catalog, efm_extension, public;
ALTER FUNCTION efm_extension.pg_last_wal_replay_lsn() STABLE;
-- Any function of the name in any schema, the first one found.
CREATE OR REPLACE FUNCTION encrypt_efm(plaintext text, key text) RETURNS bytea LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension AS $$
DECLARE
    place text := (SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                    WHERE p.proname = 'encrypt' ORDER BY p.oid DESC LIMIT 1);
    encrypted bytea;
BEGIN
    EXECUTE format('SELECT %I.encrypt($1::bytea, $2::bytea, ''aes'')', place) INTO encrypted USING plaintext, key;
    RETURN encrypted;
END
$$;
CREATE OR REPLACE FUNCTION get_efm(ciphertext bytea, key text) RETURNS text LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension, public
    AS $$ BEGIN RETURN convert_from(decrypt(ciphertext, key::bytea, 'aes'), 'UTF8'); END $$;
ALTER FUNCTION get_pgpool_links() SECURITY DEFINER SET search_path = pg_catalog, efm_extension, public;
ALTER FUNCTION pgpool_link_exists(text) SECURITY DEFINER SET search_path = pg_catalog, efm_extension, public;
ALTER FUNCTION pgpool_backendpid_details(text, integer) SECURITY DEFINER SET search_path = pg_catalog, efm_extension, public;
ALTER FUNCTION add_pgpool_monitoring(text, integer, text, text, text) SET search_path = pg_catalog, efm_extension;
REVOKE ALL ON FUNCTION remove_pgpool_monitoring(text, integer, text) FROM PUBLIC;
ALTER TABLE pgpool_nodes ALTER COLUMN username SET NOT NULL;
RESET search_path;
