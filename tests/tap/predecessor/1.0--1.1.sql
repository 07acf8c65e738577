-- What the update script of the extension before this one makes of its release 1.0, with what it leaves open: run it after
-- 1.0.sql, in a database that had release 1.1 of this extension.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = efm_extension, public;
CREATE TYPE node_status AS (node_ip inet, node_type text, agent_status text, db_status text, xlog_location text, xlog_info text,
    priority integer, is_promotable boolean, last_updated timestamp with time zone);
CREATE TYPE cluster_info AS (cluster_name text, vip text, membership_coordinator text, minimum_standbys integer,
    total_nodes integer, allowed_nodes text[], failover_priority text[], messages text[], fetched_at timestamp with time zone);
CREATE TYPE cache_stats AS (cache_hits bigint, cache_misses bigint, cache_updates bigint, last_update timestamp with time zone,
    cache_ttl_seconds integer);
CREATE FUNCTION efm_cluster_status_json() RETURNS jsonb LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_cluster_status_json';
CREATE FUNCTION efm_get_nodes() RETURNS SETOF node_status LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_get_nodes';
CREATE FUNCTION efm_cache_stats() RETURNS cache_stats LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_cache_stats';
CREATE FUNCTION efm_invalidate_cache() RETURNS void LANGUAGE c STRICT SECURITY DEFINER
    AS '$libdir/efm_extension', 'efm_invalidate_cache';
CREATE FUNCTION efm_is_available() RETURNS TABLE (is_available boolean, error_code integer, error_message text)
    LANGUAGE c STRICT SECURITY DEFINER AS '$libdir/efm_extension', 'efm_is_available';
-- With unqualified names and a search path that does not end in pg_temp, as it was.
CREATE FUNCTION zabbix_node_discovery() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension AS $$
    SELECT jsonb_build_object('data', coalesce(jsonb_agg(n.node_ip::text), '[]')) FROM efm_get_nodes() n
$$;
CREATE FUNCTION cleanup_status_history(retention_days integer DEFAULT 7) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension AS 'BEGIN RETURN 0; END';
CREATE TABLE efm_status_history (id bigserial PRIMARY KEY, status_json jsonb NOT NULL,
    collected_at timestamp with time zone NOT NULL DEFAULT now());
CREATE INDEX efm_status_history_collected_at_idx ON efm_status_history (collected_at DESC);
CREATE INDEX efm_status_history_status_json_idx ON efm_status_history USING gin (status_json);
CREATE VIEW efm_metrics AS
    SELECT 'efm_cluster_nodes_total'::text AS metric_name, count(*)::double precision AS value, '{}'::jsonb AS labels FROM efm_get_nodes()
    UNION ALL
    SELECT 'efm_cache_hit_ratio', s.cache_hits, '{}' FROM efm_cache_stats() s;
REVOKE ALL ON FUNCTION efm_cluster_status_json(), efm_get_nodes(), efm_cache_stats(), efm_invalidate_cache(), efm_is_available(),
    zabbix_node_discovery(), cleanup_status_history(integer) FROM PUBLIC;
REVOKE ALL ON efm_metrics, efm_status_history, efm_status_history_id_seq FROM PUBLIC;
ALTER EXTENSION efm_extension DROP VIEW efm_nodes_details;
DROP VIEW efm_nodes_details;
CREATE VIEW efm_nodes_details AS
    SELECT node_ip, node_type AS role, db_status, xlog_location AS xlog, agent_status, xlog_info, priority, is_promotable, last_updated
      FROM efm_get_nodes();
REVOKE ALL ON efm_nodes_details FROM PUBLIC;
ALTER EXTENSION efm_extension DROP FUNCTION remove_pgpool_monitoring(text, integer, text, text, text);
DROP FUNCTION remove_pgpool_monitoring(text, integer, text, text, text);
CREATE FUNCTION remove_pgpool_monitoring(p_hostname text, p_port integer, p_database text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, efm_extension AS $$
BEGIN
    DELETE FROM efm_extension.pgpool_nodes n WHERE n.hostname = $1 AND n.port = $2 AND n.database = $3;
    RETURN found;
END
$$;
CREATE OR REPLACE FUNCTION grant_access_to_user(username text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA efm_extension TO %1$s; GRANT EXECUTE ON FUNCTION efm_cache_stats(),
        efm_cluster_status(text), efm_cluster_status_json(), efm_get_nodes(), efm_is_available(), efm_list_properties(),
        efm_extension.pg_last_wal_replay_lsn(), zabbix_node_discovery() TO %1$s;
        GRANT SELECT ON efm_local_properties, efm_metrics, efm_nodes_details TO %1$s', username);
    RETURN true;
END
$$;
CREATE OR REPLACE FUNCTION revoke_access_from_user(username text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, efm_extension AS 'BEGIN RETURN true; END';
\ir members.sql
