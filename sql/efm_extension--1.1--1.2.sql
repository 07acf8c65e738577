\echo Use "ALTER EXTENSION efm_extension UPDATE" to load this file. \quit

-- There is no release 1.2: this step makes one catalog of every 1.1 there is, of this extension and of the one before
-- it, which was written in C, had functions around pgpool-II, and may have come from its own 1.0.

SET LOCAL search_path = pg_catalog, pg_temp;

-- Release 1.0 of the extension before this one granted everything to each role that was to read, grant_access_to_user
-- itself among it, and to PUBLIC where it was told so. A grant of single functions is a site's own and is kept.
DO $take_back$
DECLARE
    reading CONSTANT name[] := '{efm_cache_stats,efm_cluster_status,efm_cluster_status_json,efm_get_nodes,efm_is_available,efm_list_properties,pg_is_in_recovery,pg_last_wal_replay_lsn,zabbix_node_discovery}';
    changing CONSTANT name[] := '{efm_allow_node,efm_disallow_node,efm_failover,efm_resume_monitoring,efm_set_priority,efm_switchover}';
    extension CONSTANT oid := (SELECT e.oid FROM pg_extension e WHERE e.extname = 'efm_extension');
    granted record;
    taken text[] := '{}';
    taken_from text[] := '{}';
    kept text[] := '{}';
    kept_by text[] := '{}';
BEGIN
    IF EXISTS (SELECT FROM pg_language l WHERE l.lanname = 'plefm') THEN
        RETURN;
    END IF;
    FOR granted IN
        WITH member AS (
            SELECT p.proname AS name, 'ROUTINE' AS kind, p.oid::regprocedure::text AS object, p.proowner AS owner,
                   COALESCE(p.proacl, acldefault('f', p.proowner)) AS acl
              FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
             WHERE d.deptype = 'e' AND d.refobjid = extension
            UNION ALL
            SELECT c.relname, 'TABLE', c.oid::regclass::text, c.relowner, c.relacl
              FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
             WHERE d.deptype = 'e' AND d.refobjid = extension
            UNION ALL
            SELECT n.nspname, 'SCHEMA', quote_ident(n.nspname), n.nspowner, n.nspacl
              FROM pg_namespace n WHERE n.nspname = '@extschema@'
        ), entry AS (
            SELECT DISTINCT m.name, m.kind, m.object, a.grantee, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role
              FROM member m CROSS JOIN LATERAL aclexplode(m.acl) a
             WHERE a.grantee <> m.owner
        )
        SELECT e.*, e.grantee = 0 OR e.kind = 'ROUTINE' AND NOT e.name = ANY (reading)
                    AND EXISTS (SELECT FROM entry w WHERE w.grantee = e.grantee AND w.kind = 'ROUTINE'
                                   AND w.name IN ('grant_access_to_user', 'revoke_access_from_user')) AS too_wide
          FROM entry e
         ORDER BY e.role COLLATE "C", e.object COLLATE "C"
    LOOP
        IF granted.too_wide THEN
            EXECUTE format('REVOKE ALL ON %s %s FROM %s CASCADE', granted.kind, granted.object, granted.role);
            taken := taken || format('%s: %s', granted.role, granted.object);
            taken_from := taken_from || granted.role;
        ELSIF granted.kind = 'ROUTINE' AND granted.name = ANY (changing) THEN
            kept := kept || format('%s: %s', granted.role, granted.object);
            kept_by := kept_by || granted.role;
        END IF;
    END LOOP;
    IF taken <> '{}' THEN
        RAISE WARNING USING MESSAGE = 'privileges that the extension before this one gave too widely were taken back from '
                || (SELECT string_agg(DISTINCT t, ', ') FROM unnest(taken_from) t),
            DETAIL = array_to_string(taken, E'\n'),
            HINT = 'What a role is to have, grant it by name: GRANT EXECUTE ON FUNCTION ... TO ...; what reads the cluster: SELECT @extschema@.grant_access_to_user(...).';
    END IF;
    IF kept <> '{}' THEN
        RAISE WARNING USING MESSAGE = 'roles that are not the owner can change the cluster: '
                || (SELECT string_agg(DISTINCT k, ', ') FROM unnest(kept_by) k),
            DETAIL = array_to_string(kept, E'\n'),
            HINT = 'These grants were kept. Release 1.1 of the extension before this one let superusers only call these functions; now EXECUTE is what counts.';
    END IF;
END
$take_back$;

-- Its functions around pgpool-II are no part of this extension: they become the site's own, which pg_dump brings along.
-- They find nothing but what they were written for, and hand a password to nobody but pgcrypto.
DO $pgpool$
DECLARE
    path text := (SELECT concat_ws(', ', 'pg_catalog', '@extschema@', string_agg(DISTINCT quote_ident(n.nspname), ', '), 'pg_temp')
                    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                   WHERE e.extname IN ('dblink', 'pgcrypto') AND n.nspname NOT IN ('pg_catalog', '@extschema@'));
    pgcrypto text := (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                       WHERE e.extname = 'pgcrypto');
    member record;
    released text[] := '{}';
BEGIN
    FOR member IN
        SELECT CASE d.classid WHEN 'pg_proc'::regclass THEN 'FUNCTION' WHEN 'pg_class'::regclass THEN 'TABLE' ELSE 'TYPE' END AS kind,
               pg_describe_object(d.classid, d.objid, 0) AS description, p.proname,
               COALESCE(p.oid::regprocedure::text, c.oid::regclass::text, t.oid::regtype::text) AS object
          FROM pg_depend d
          LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
          LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
          LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
         WHERE d.deptype = 'e' AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'efm_extension')
           AND COALESCE(p.proname, c.relname, t.typname) IN ('add_pgpool_monitoring', 'encrypt_efm', 'get_efm', 'get_pgpool_links',
                   'pg_is_in_recovery', 'pg_last_wal_replay_lsn', 'pgpool_backendpid_details', 'pgpool_link_exists', 'pgpool_nodes',
                   'pool_link_status', 'pool_status', 'remove_pgpool_monitoring')
           AND (t.typelem IS NULL OR t.typelem = 0)
         ORDER BY 1, 2
    LOOP
        IF member.proname IN ('encrypt_efm', 'get_efm') AND pgcrypto IS NOT NULL THEN
            EXECUTE format('CREATE OR REPLACE FUNCTION @extschema@.%s LANGUAGE sql VOLATILE STRICT SECURITY INVOKER AS %L',
                CASE member.proname WHEN 'get_efm' THEN 'get_efm(ciphertext bytea, key text) RETURNS text'
                     ELSE 'encrypt_efm(plaintext text, key text) RETURNS bytea' END,
                format(CASE member.proname
                       WHEN 'get_efm' THEN 'SELECT pg_catalog.convert_from(%s.decrypt(ciphertext, key::pg_catalog.bytea, ''aes''), pg_catalog.getdatabaseencoding())'
                       ELSE 'SELECT %s.encrypt(pg_catalog.convert_to(plaintext, pg_catalog.getdatabaseencoding()), key::pg_catalog.bytea, ''aes'')' END,
                       pgcrypto));
        END IF;
        EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC', member.kind, member.object);
        IF member.kind = 'FUNCTION' THEN
            EXECUTE format('ALTER FUNCTION %s SET search_path = %s', member.object, path);
        END IF;
        IF member.proname = 'pg_last_wal_replay_lsn' THEN
            EXECUTE format('ALTER FUNCTION %s STABLE', member.object);
        END IF;
        EXECUTE format('ALTER EXTENSION efm_extension DROP %s %s', member.kind, member.object);
        released := released || member.description;
    END LOOP;
    IF 'table @extschema@.pgpool_nodes' = ANY (released) THEN
        IF NOT EXISTS (SELECT FROM @extschema@.pgpool_nodes n WHERE n.username IS NULL) THEN
            ALTER TABLE @extschema@.pgpool_nodes ALTER COLUMN username SET NOT NULL;
        END IF;
    END IF;
    IF released <> '{}' THEN
        RAISE WARNING USING MESSAGE = 'the functions for pgpool-II are no longer part of the extension; they stay in schema "@extschema@"',
            DETAIL = array_to_string(released, E'\n'),
            HINT = 'They need the extensions dblink and pgcrypto, which efm_extension itself no longer requires. pg_dump dumps them.';
    END IF;
END
$pgpool$;

-- From here on: what every 1.1 has, the way this extension does it.
CREATE OR REPLACE FUNCTION @extschema@.plefm_call_handler() RETURNS language_handler
    LANGUAGE c AS 'MODULE_PATHNAME', 'plefm_call_handler';
CREATE OR REPLACE FUNCTION @extschema@.plefm_inline_handler(internal) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'plefm_inline_handler';
CREATE OR REPLACE FUNCTION @extschema@.plefm_validator(oid) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'plefm_validator';
CREATE OR REPLACE LANGUAGE plefm HANDLER @extschema@.plefm_call_handler INLINE @extschema@.plefm_inline_handler
    VALIDATOR @extschema@.plefm_validator;

CREATE OR REPLACE FUNCTION @extschema@.efm_cluster_status(output_type text) RETURNS SETOF text
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cluster_status';

CREATE OR REPLACE FUNCTION @extschema@.efm_allow_node(ip_address text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'allow-node {cluster} {ip_address:address}';
CREATE OR REPLACE FUNCTION @extschema@.efm_disallow_node(ip_address text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'disallow-node {cluster} {ip_address:address}';
CREATE OR REPLACE FUNCTION @extschema@.efm_set_priority(ip_address text, priority text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'set-priority {cluster} {ip_address:address} {priority:priority}';
CREATE OR REPLACE FUNCTION @extschema@.efm_failover() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'promote {cluster}';
CREATE OR REPLACE FUNCTION @extschema@.efm_switchover() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'promote {cluster} -switchover';
CREATE OR REPLACE FUNCTION @extschema@.efm_resume_monitoring() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'resume {cluster}';

-- Reads the file; the two objects after it show it in the forms of release 1.0.
CREATE OR REPLACE FUNCTION @extschema@.efm_properties(OUT name text, OUT value text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_properties';
CREATE OR REPLACE FUNCTION @extschema@.efm_list_properties() RETURNS SETOF text
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT p.name OPERATOR(pg_catalog.||) '=' OPERATOR(pg_catalog.||) p.value FROM @extschema@.efm_properties() p $$;
CREATE OR REPLACE VIEW @extschema@.efm_local_properties AS
    SELECT p.name, p.value FROM @extschema@.efm_properties() p;

CREATE OR REPLACE FUNCTION @extschema@.efm_is_available(OUT is_available boolean, OUT error_code integer, OUT error_message text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_is_available';
CREATE OR REPLACE FUNCTION @extschema@.efm_cluster_status_json() RETURNS jsonb
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cluster_status_json';
CREATE OR REPLACE FUNCTION @extschema@.efm_get_nodes() RETURNS SETOF @extschema@.node_status
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER ROWS 5 AS 'MODULE_PATHNAME', 'efm_get_nodes';
CREATE OR REPLACE FUNCTION @extschema@.efm_cache_stats() RETURNS @extschema@.cache_stats
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cache_stats';
CREATE OR REPLACE FUNCTION @extschema@.efm_invalidate_cache() RETURNS void
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_invalidate_cache';
CREATE OR REPLACE FUNCTION @extschema@.efm_metrics_rows(OUT metric_name text, OUT value double precision, OUT labels jsonb)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER ROWS 100 AS 'MODULE_PATHNAME', 'efm_metrics_rows';
CREATE OR REPLACE VIEW @extschema@.efm_metrics AS
    SELECT m.metric_name, m.value, m.labels FROM @extschema@.efm_metrics_rows() m;

CREATE OR REPLACE FUNCTION @extschema@.zabbix_node_discovery() RETURNS jsonb
    LANGUAGE c VOLATILE SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_node_discovery';

CREATE OR REPLACE FUNCTION @extschema@.revoke_access_from_user(username text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grantee oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) username::pg_catalog.name);
BEGIN
    IF grantee IS NULL THEN
        RAISE WARNING USING MESSAGE = pg_catalog.format('could not revoke access: role %L does not exist', username);
        RETURN false;
    END IF;
    -- What it owns it could give itself again.
    IF EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.proowner OPERATOR(pg_catalog.=) grantee
                  AND p.pronamespace OPERATOR(pg_catalog.=) '@extschema@'::pg_catalog.regnamespace) THEN
        RAISE WARNING USING MESSAGE = pg_catalog.format('could not revoke access: role %L owns functions in this schema', username);
        RETURN false;
    END IF;
    EXECUTE pg_catalog.format('REVOKE ALL ON ALL ROUTINES IN SCHEMA @extschema@ FROM %s', grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA @extschema@ FROM %s', grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA @extschema@ FROM %s', grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not revoke access from role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

DROP INDEX IF EXISTS @extschema@.efm_status_history_status_json_idx;
SELECT pg_extension_config_dump('@extschema@.efm_status_history', '');
SELECT pg_extension_config_dump('@extschema@.efm_status_history_id_seq', '');
REVOKE ALL ON TYPE @extschema@.node_status, @extschema@.cluster_info, @extschema@.cache_stats FROM PUBLIC;

-- What is new here may be open to everybody. What a view calls is called with the rights of the one who reads it.
DO $views$
DECLARE
    reader record;
BEGIN
    REVOKE ALL ON FUNCTION @extschema@.plefm_call_handler(), @extschema@.plefm_inline_handler(internal),
        @extschema@.plefm_validator(oid), @extschema@.efm_properties(), @extschema@.efm_metrics_rows() FROM PUBLIC;
    FOR reader IN
        SELECT DISTINCT a.grantee::regrole AS role, v.calls
          FROM (VALUES ('efm_local_properties', 'efm_list_properties()', 'efm_properties()'),
                       ('efm_metrics', 'efm_get_nodes()', 'efm_metrics_rows()')) v(name, called, calls)
          JOIN pg_class c ON c.relnamespace = '@extschema@'::regnamespace AND c.relname = v.name
          CROSS JOIN LATERAL aclexplode(c.relacl) a
         WHERE a.grantee NOT IN (0, c.relowner) AND a.privilege_type = 'SELECT'
           AND has_function_privilege(a.grantee, '@extschema@.' || v.called, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION @extschema@.%s TO %s', reader.calls, reader.role);
    END LOOP;
END
$views$;

COMMENT ON LANGUAGE plefm IS
    'Procedural language for EDB Failover Manager: the body of a function is one efm command. Untrusted; grant functions, not the language.';
COMMENT ON FUNCTION @extschema@.plefm_call_handler() IS 'Runs a function of language plefm.';
COMMENT ON FUNCTION @extschema@.plefm_inline_handler(internal) IS 'Runs a DO block of language plefm; the output comes as a NOTICE.';
COMMENT ON FUNCTION @extschema@.plefm_validator(oid) IS 'Checks a function of language plefm when it is created; runs nothing.';
COMMENT ON FUNCTION @extschema@.efm_cluster_status(text) IS
    'Cluster status as EFM reports it, one row a line. output_type: text (efm cluster-status, blank lines kept) or json (efm cluster-status-json). '
    'An unhealthy cluster is an answer. Errors: 22023 for another output_type, 08006 agent not running, 42501 not allowed, 57014 timed out or canceled, 58P01 program missing.';
COMMENT ON FUNCTION @extschema@.efm_allow_node(text) IS
    'Adds a node to the list of allowed hosts (efm allow-node). ip_address: IPv4 or IPv6 without netmask. Returns 0. Errors: 22023 for a bad address, and those of a failed command.';
COMMENT ON FUNCTION @extschema@.efm_disallow_node(text) IS
    'Removes a node from the list of allowed hosts (efm disallow-node). ip_address: IPv4 or IPv6 without netmask. Returns 0. Errors: 22023 for a bad address, and those of a failed command.';
COMMENT ON FUNCTION @extschema@.efm_set_priority(text, text) IS
    'Sets the place of a standby in the promotion order (efm set-priority). priority: 1 is promoted first, 0 means never; 0 to 999. Returns 0. Errors: 22023 for a bad address or priority, and those of a failed command.';
COMMENT ON FUNCTION @extschema@.efm_failover() IS
    'Promotes a standby (efm promote). Returns 0 when the local agent has accepted, before the promotion is done. A question about data loss is answered with no and is an error (55000).';
COMMENT ON FUNCTION @extschema@.efm_switchover() IS
    'Promotes a standby and makes the primary a standby (efm promote -switchover). Returns 0 when the local agent has accepted, before the switchover is done.';
COMMENT ON FUNCTION @extschema@.efm_resume_monitoring() IS
    'Makes an idle agent on this host monitor its database again (efm resume). Returns 0.';
COMMENT ON FUNCTION @extschema@.efm_properties() IS
    'The properties file of the cluster, read by the rules of java.util.Properties, in the order of the file. A value that may hold a secret is shown as ********. '
    'Errors: 58P01 no such file, 42501 the server may not read it, F0000 not a valid properties file.';
COMMENT ON FUNCTION @extschema@.efm_list_properties() IS
    'The properties of the cluster as name=value, one row each. Values and errors as for efm_properties().';
COMMENT ON VIEW @extschema@.efm_local_properties IS
    'The properties of the cluster. Values and errors as for efm_properties().';
COMMENT ON COLUMN @extschema@.efm_local_properties.name IS 'Name of the property.';
COMMENT ON COLUMN @extschema@.efm_local_properties.value IS 'Value of the property, whole, or ******** where it may hold a secret.';
COMMENT ON FUNCTION @extschema@.grant_access_to_user(text) IS
    'Lets a role read the cluster: usage of the schema, the functions and views that change nothing. Returns true; false with a WARNING when the role does not exist or cannot be given this.';
COMMENT ON FUNCTION @extschema@.revoke_access_from_user(text) IS
    'Takes everything in this schema away from a role, management functions too. Returns true; false with a WARNING when the role does not exist or owns the functions.';
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
