-- The catalog of release 1.0 of the extension before this one: its objects by name, arguments, results, volatility and
-- privileges. The bodies are stand-ins. Run in a database that has release 1.0 of this extension, whose objects go.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- Takes everything out of an extension and drops it. The extension stays, with nothing in it.
CREATE PROCEDURE public.empty_the_extension() LANGUAGE plpgsql AS $$
DECLARE
    member record;
    objects text[] := '{}';
    object text;
BEGIN
    FOR member IN
        SELECT CASE WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE' WHEN c.oid IS NOT NULL THEN 'TABLE'
                    WHEN l.oid IS NOT NULL THEN 'LANGUAGE' WHEN t.oid IS NOT NULL THEN 'TYPE' ELSE 'FUNCTION' END AS kind,
               COALESCE(p.oid::regprocedure::text, c.oid::regclass::text, quote_ident(l.lanname), t.oid::regtype::text) AS name
          FROM pg_depend d
          LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
          LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
          LEFT JOIN pg_language l ON d.classid = 'pg_language'::regclass AND l.oid = d.objid
          LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
         WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'efm_extension')
           AND COALESCE(t.typcategory, '') <> 'A'
           -- The row types of relations go with them.
           AND NOT EXISTS (SELECT FROM pg_class r WHERE r.oid = t.typrelid AND r.relkind <> 'c')
    LOOP
        EXECUTE format('ALTER EXTENSION efm_extension DROP %s %s', member.kind, member.name);
        objects := objects || format('%s IF EXISTS %s', member.kind, member.name);
    END LOOP;
    FOREACH object IN ARRAY objects LOOP
        EXECUTE format('DROP %s CASCADE', object);
    END LOOP;
END
$$;
CALL public.empty_the_extension();
DROP PROCEDURE public.empty_the_extension;

SET search_path = efm_extension, public;
CREATE FUNCTION efm_cluster_status(text) RETURNS SETOF text LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_cluster_status';
CREATE FUNCTION efm_allow_node(text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_disallow_node(text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_failover() RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_switchover() RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_resume_monitoring() RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_set_priority(text, text) RETURNS integer LANGUAGE sql STRICT SECURITY DEFINER AS 'SELECT -1';
CREATE FUNCTION efm_list_properties() RETURNS SETOF text LANGUAGE sql STRICT SECURITY DEFINER AS $$ SELECT 'db.user=efm'::text $$;
CREATE VIEW efm_local_properties AS
    SELECT split_part(line, '=', 1) AS name, split_part(line, '=', 2) AS value FROM efm_list_properties() line;
CREATE VIEW efm_nodes_details AS
    SELECT n.key AS node_ip, n.value ->> 'type' AS role, n.value ->> 'db' AS db_status, n.value ->> 'lsn' AS xlog,
           n.value -> 'agent' AS agent_status, n.value ->> 'lsnInfo' AS xloginfo, n.value ->> 'info' AS info
      FROM (SELECT string_agg(line, '') AS status FROM efm_cluster_status('json') line) s,
           jsonb_each(s.status::jsonb -> 'nodes') n;

CREATE TYPE pool_status AS (pool_pid integer, start_time text, pool_id integer, backend_id integer, database text, username text,
    create_time text, majorversion integer, minorversion integer, pool_counter integer, pool_backendpid integer,
    pool_connected integer);
CREATE TYPE pool_link_status AS (link_name text, status text);
CREATE TABLE pgpool_nodes (hostname text NOT NULL, port integer NOT NULL, database text NOT NULL, username text, password bytea,
    PRIMARY KEY (hostname, port, database));
CREATE FUNCTION encrypt_efm(text, text) RETURNS bytea LANGUAGE sql AS $$ SELECT encrypt($1::bytea, $2::bytea, 'aes') $$;
CREATE FUNCTION get_efm(bytea, text) RETURNS text LANGUAGE sql
    AS $$ SELECT convert_from(decrypt($1, $2::bytea, 'aes'), 'UTF8') $$;
CREATE FUNCTION get_pgpool_links() RETURNS SETOF pool_link_status LANGUAGE sql
    AS $$ SELECT l, 'connected' FROM unnest(dblink_get_connections()) l $$;
CREATE FUNCTION pgpool_link_exists(text) RETURNS boolean LANGUAGE sql
    AS 'SELECT EXISTS (SELECT FROM get_pgpool_links() l WHERE l.link_name = $1)';
CREATE FUNCTION pgpool_backendpid_details(text, integer) RETURNS SETOF pool_status LANGUAGE sql
    AS 'SELECT NULL::pool_status WHERE false';
CREATE FUNCTION add_pgpool_monitoring(text, integer, text, text, text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO efm_extension.pgpool_nodes
    VALUES ($1, $2, $3, $4, efm_extension.encrypt_efm($5, current_setting('efm.encryption_key')));
    RETURN true;
END
$$;
CREATE FUNCTION remove_pgpool_monitoring(text, integer, text, text, text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM efm_extension.pgpool_nodes n WHERE n.hostname = $1 AND n.port = $2 AND n.database = $3;
    RETURN found;
END
$$;
-- Calls a function without saying of which schema, with its owner's rights: that is what was wrong with it.
CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    RETURN upper(pg_catalog.pg_is_in_recovery()::pg_catalog.text) = 'TRUE';
END
$$;
CREATE FUNCTION pg_last_wal_replay_lsn() RETURNS pg_lsn LANGUAGE sql AS 'SELECT pg_current_wal_lsn()';

CREATE FUNCTION grant_access_to_user(text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA efm_extension TO %1$s; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA efm_extension TO %1$s;
        GRANT SELECT ON efm_extension.efm_local_properties, efm_extension.efm_nodes_details TO %1$s', $1);
    RETURN true;
END
$$;
CREATE FUNCTION revoke_access_from_user(text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA efm_extension FROM %s', $1);
    RETURN true;
END
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA efm_extension FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA efm_extension FROM PUBLIC;
REVOKE ALL ON TYPE pool_status, pool_link_status FROM PUBLIC;
REVOKE ALL ON SCHEMA efm_extension FROM PUBLIC;
\ir members.sql
