\echo Use "ALTER EXTENSION efm_extension UPDATE TO '1.1'" to load this file. \quit

CREATE FUNCTION @extschema@.efm_is_available(OUT is_available boolean, OUT error_code integer, OUT error_message text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_is_available';
REVOKE ALL ON FUNCTION @extschema@.efm_is_available() FROM PUBLIC;

CREATE TYPE @extschema@.node_status AS (
    node_ip inet,
    node_type text,
    agent_status text,
    db_status text,
    xlog_location text,
    xlog_info text,
    priority integer,
    is_promotable boolean,
    last_updated timestamp with time zone
);
CREATE TYPE @extschema@.cluster_info AS (
    cluster_name text,
    vip text,
    membership_coordinator text,
    minimum_standbys integer,
    total_nodes integer,
    allowed_nodes text[],
    failover_priority text[],
    messages text[],
    fetched_at timestamp with time zone
);
CREATE TYPE @extschema@.cache_stats AS (
    cache_hits bigint,
    cache_misses bigint,
    cache_updates bigint,
    last_update timestamp with time zone,
    cache_ttl_seconds integer
);

CREATE FUNCTION @extschema@.efm_cluster_status_json() RETURNS jsonb
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cluster_status_json';
CREATE FUNCTION @extschema@.efm_get_nodes() RETURNS SETOF @extschema@.node_status
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER ROWS 5 AS 'MODULE_PATHNAME', 'efm_get_nodes';
CREATE FUNCTION @extschema@.efm_cache_stats() RETURNS @extschema@.cache_stats
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cache_stats';
CREATE FUNCTION @extschema@.efm_invalidate_cache() RETURNS void
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_invalidate_cache';
CREATE FUNCTION @extschema@.efm_metrics_rows(OUT metric_name text, OUT value double precision, OUT labels jsonb)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER ROWS 100 AS 'MODULE_PATHNAME', 'efm_metrics_rows';
CREATE VIEW @extschema@.efm_metrics AS
    SELECT m.metric_name, m.value, m.labels FROM @extschema@.efm_metrics_rows() m;

CREATE FUNCTION @extschema@.zabbix_node_discovery() RETURNS jsonb
    LANGUAGE c VOLATILE SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_node_discovery';

-- The view has other columns than in release 1.0, so it is made anew, and those who could read it can read it still.
DO $replace$
DECLARE
    readers oid[] := (SELECT pg_catalog.array_agg(DISTINCT a.grantee)
                        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
                       WHERE c.oid OPERATOR(pg_catalog.=) '@extschema@.efm_nodes_details'::pg_catalog.regclass
                         AND a.privilege_type OPERATOR(pg_catalog.=) 'SELECT'
                         AND a.grantee OPERATOR(pg_catalog.<>) c.relowner);
    reader oid;
BEGIN
    DROP VIEW @extschema@.efm_nodes_details;
    DROP FUNCTION @extschema@.efm_node_details_1_0();
    CREATE VIEW @extschema@.efm_nodes_details AS
        SELECT n.node_ip, n.node_type AS role, n.db_status, n.xlog_location AS xlog, n.agent_status, n.xlog_info,
               n.priority, n.is_promotable, n.last_updated
          FROM @extschema@.efm_get_nodes() n;
    FOREACH reader IN ARRAY COALESCE(readers, '{}') LOOP
        -- What is granted to PUBLIC (0) is not given again.
        CONTINUE WHEN reader OPERATOR(pg_catalog.=) 0::pg_catalog.oid;
        EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_nodes_details TO %s', reader::pg_catalog.regrole);
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION @extschema@.efm_get_nodes() TO %s', reader::pg_catalog.regrole);
    END LOOP;
END
$replace$;

CREATE TABLE @extschema@.efm_status_history (
    id bigserial PRIMARY KEY,
    status_json jsonb NOT NULL,
    collected_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now()
);
CREATE INDEX efm_status_history_collected_at_idx ON @extschema@.efm_status_history (collected_at DESC);
SELECT pg_catalog.pg_extension_config_dump('@extschema@.efm_status_history', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.efm_status_history_id_seq', '');

CREATE FUNCTION @extschema@.cleanup_status_history(retention_days integer DEFAULT 7) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted bigint;
BEGIN
    IF retention_days IS NULL OR retention_days OPERATOR(pg_catalog.<) 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'invalid number of days',
            DETAIL = pg_catalog.format('The value is %s.', COALESCE(retention_days::pg_catalog.text, 'null')),
            HINT = 'It must be 0 or more; rows that are older are deleted.';
    END IF;
    DELETE FROM @extschema@.efm_status_history h
     WHERE h.collected_at OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) pg_catalog.make_interval(days => retention_days));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

REVOKE ALL ON ALL ROUTINES IN SCHEMA @extschema@ FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA @extschema@ FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA @extschema@ FROM PUBLIC;
REVOKE ALL ON TYPE @extschema@.node_status, @extschema@.cluster_info, @extschema@.cache_stats FROM PUBLIC;

CREATE OR REPLACE FUNCTION @extschema@.grant_access_to_user(username text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grantee oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) username::pg_catalog.name);
BEGIN
    IF grantee IS NULL THEN
        RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access: role %L does not exist', username),
            HINT = 'Access is granted to one role by its exact name, never to PUBLIC.';
        RETURN false;
    END IF;
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA @extschema@ TO %s', grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION @extschema@.efm_cache_stats(), '
                              '@extschema@.efm_cluster_status(pg_catalog.text), @extschema@.efm_cluster_status_json(), '
                              '@extschema@.efm_get_nodes(), @extschema@.efm_is_available(), '
                              '@extschema@.efm_list_properties(), @extschema@.efm_metrics_rows(), '
                              '@extschema@.efm_properties(), @extschema@.zabbix_node_discovery() TO %s',
                              grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_local_properties, @extschema@.efm_metrics, '
                              '@extschema@.efm_nodes_details TO %s', grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access to role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

COMMENT ON FUNCTION @extschema@.efm_is_available() IS
    'Whether EFM answers with a cluster status, asked anew at each call. One row; error_code 0: it does (an unhealthy cluster too); positive: the exit status of efm; '
    '-1 not configured, -2 could not be started, -3 timed out, -4 any other answer. error_message says what happened and, where it is known, what to change. Raises nothing for an EFM that is down; a canceled call is still an error.';
COMMENT ON TYPE @extschema@.node_status IS 'One node of the cluster, as efm_get_nodes() returns it.';
COMMENT ON TYPE @extschema@.cluster_info IS 'The cluster beside its nodes.';
COMMENT ON TYPE @extschema@.cache_stats IS 'Counters of the status cache, as efm_cache_stats() returns them.';
COMMENT ON FUNCTION @extschema@.efm_cluster_status_json() IS
    'Cluster status as EFM gives it (efm cluster-status-json), with keys and words of its version. From the cache when that is fresh. An unhealthy cluster is an answer. '
    'Errors: 08006 agent not running, 22P02 no cluster status, 42501 not allowed, 57014 timed out or canceled, 58P01 program missing.';
COMMENT ON FUNCTION @extschema@.efm_get_nodes() IS
    'The nodes of the cluster, one row each, in the order of EFM''s answer. node_ip: NULL for a host name. agent_status: as EFM says it (3.x), else UP unless the type is DOWN. '
    'xlog_location: replayed, of a primary its current one. priority: place in the promotion order from 1, NULL when not there. last_updated: when EFM answered. Cache and errors as for efm_cluster_status_json().';
COMMENT ON FUNCTION @extschema@.efm_cache_stats() IS
    'Counters since the server was started, of all sessions (of this one without shared_preload_libraries): reads served without a command, reads that ran one or waited for one, answers put into the cache; when the last was, and efm.cache_ttl in seconds.';
COMMENT ON FUNCTION @extschema@.efm_invalidate_cache() IS
    'Makes the cached status stale for all sessions: the next read asks EFM.';
COMMENT ON FUNCTION @extschema@.efm_metrics_rows() IS
    'The rows of the view efm_metrics.';
COMMENT ON VIEW @extschema@.efm_metrics IS
    'Metrics of the cluster and of this extension, from one status. efm_up is 0, and the metrics of the cluster are left out, when EFM gives no answer. Names and units by Prometheus'' rules, but for three that release 1.1 had: efm_cluster_nodes_total, efm_node_status, efm_node_by_type.';
COMMENT ON COLUMN @extschema@.efm_metrics.metric_name IS 'Name of the metric.';
COMMENT ON COLUMN @extschema@.efm_metrics.value IS 'Its value; seconds, bytes, 0 or 1 for no and yes, or a number.';
COMMENT ON COLUMN @extschema@.efm_metrics.labels IS 'Object of texts: cluster, and node, type and others where there are any.';
COMMENT ON FUNCTION @extschema@.zabbix_node_discovery() IS
    'Low-level discovery for Zabbix: {"data":[{"{#NODE_IP}":...,"{#NODE_TYPE}":...,"{#CLUSTER}":...}]}. While EFM gives no answer, the last one known counts: an empty list would make Zabbix drop the nodes. Errors as for efm_cluster_status_json() when none is known.';
COMMENT ON VIEW @extschema@.efm_nodes_details IS
    'The nodes of the cluster, one row each: efm_get_nodes() under the column names of release 1.1.';
COMMENT ON TABLE @extschema@.efm_status_history IS
    'The status of the cluster over time, written by the background worker (efm.bgw_persist_history). Dumped by pg_dump.';
COMMENT ON COLUMN @extschema@.efm_status_history.status_json IS 'As efm_cluster_status_json() returns it.';
COMMENT ON COLUMN @extschema@.efm_status_history.collected_at IS 'When EFM gave this answer first.';
COMMENT ON FUNCTION @extschema@.cleanup_status_history(integer) IS
    'Deletes the history that is older than this many days. Returns the number of rows. Errors: 22023 for a negative number.';
COMMENT ON SEQUENCE @extschema@.efm_status_history_id_seq IS 'Numbers of the rows of efm_status_history.';
