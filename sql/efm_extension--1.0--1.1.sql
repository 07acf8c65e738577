\echo Use "ALTER EXTENSION efm_extension UPDATE TO '1.1'" to load this file. \quit

-- Release 1.0 may be of the extension before this one: its functions are taken over in the step from 1.1 to 2.0.

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
-- What a site has built on it keeps the view that it was built on, under another name.
DO $replace$
DECLARE
    privileges aclitem[] := (SELECT c.relacl FROM pg_catalog.pg_class c
                              WHERE c.oid OPERATOR(pg_catalog.=) '@extschema@.efm_nodes_details'::pg_catalog.regclass);
    reader record;
BEGIN
    BEGIN
        DROP VIEW @extschema@.efm_nodes_details;
    EXCEPTION WHEN dependent_objects_still_exist THEN
        ALTER VIEW @extschema@.efm_nodes_details RENAME TO efm_nodes_details_1_0;
        ALTER EXTENSION efm_extension DROP VIEW @extschema@.efm_nodes_details_1_0;
        RAISE WARNING USING MESSAGE = 'view "efm_nodes_details" of release 1.0 is in use and was renamed to "efm_nodes_details_1_0"',
            DETAIL = 'It is no longer part of the extension. What uses it reads the columns of release 1.0 as before.',
            HINT = 'DROP VIEW @extschema@.efm_nodes_details_1_0 tells what uses it; change that to read @extschema@.efm_nodes_details, then drop the view.';
    END;
    CREATE VIEW @extschema@.efm_nodes_details AS
        SELECT n.node_ip, n.node_type AS role, n.db_status, n.xlog_location AS xlog, n.agent_status, n.xlog_info,
               n.priority, n.is_promotable, n.last_updated
          FROM @extschema@.efm_get_nodes() n;
    -- What is granted to PUBLIC (0) is not given again.
    FOR reader IN SELECT a.grantee::pg_catalog.regrole, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END AS with_option
                    FROM pg_catalog.aclexplode(privileges) a
                   WHERE a.privilege_type OPERATOR(pg_catalog.=) 'SELECT' AND a.grantee OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
    LOOP
        EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_nodes_details TO %s%s', reader.grantee, reader.with_option);
        IF pg_catalog.has_function_privilege(reader.grantee, '@extschema@.efm_cluster_status(pg_catalog.text)', 'EXECUTE') THEN
            EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION @extschema@.efm_get_nodes() TO %s', reader.grantee);
        END IF;
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

REVOKE ALL ON FUNCTION @extschema@.efm_cluster_status_json(), @extschema@.efm_get_nodes(), @extschema@.efm_cache_stats(),
    @extschema@.efm_invalidate_cache(), @extschema@.efm_metrics_rows(), @extschema@.zabbix_node_discovery(),
    @extschema@.cleanup_status_history(integer) FROM PUBLIC;
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
