\echo Use "ALTER EXTENSION efm_extension UPDATE TO '2.0'" to load this file. \quit

-- First part: one catalog is made of every 1.1 there is, of this extension and of the one before it, which was written in
-- C, had functions around pgpool-II, and may have come from its own 1.0.

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
           -- Array types and the row types of tables go with what they are made for; PostgreSQL 17 has them as members, too.
           AND (t.typelem IS NULL OR t.typelem = 0)
           AND NOT EXISTS (SELECT FROM pg_class r WHERE r.oid = t.typrelid AND r.relkind <> 'c')
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
    'Makes the cached status stale for all sessions (without shared_preload_libraries for this one alone): the next read asks EFM.';
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

-- Second part: release 2.0.

CREATE TYPE @extschema@.efm_command_result AS (
    outcome text,
    exit_status integer,
    signal integer,
    output text,
    errors text,
    elapsed interval,
    command_line text[],
    sqlstate text,
    message text,
    detail text
);
REVOKE ALL ON TYPE @extschema@.efm_command_result FROM PUBLIC;

CREATE FUNCTION @extschema@.efm_node_status_json() RETURNS jsonb
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'node-status-json {cluster}';
CREATE FUNCTION @extschema@.efm_stop_cluster() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'stop-cluster {cluster}';
CREATE FUNCTION @extschema@.efm_reset_members() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'reset-members {cluster}';
CREATE FUNCTION @extschema@.efm_command_line(subcommand text, VARIADIC arguments text[] DEFAULT '{}') RETURNS text[]
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_command_line';
CREATE FUNCTION @extschema@.efm_sudoers() RETURNS SETOF text
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_sudoers';

-- Hands on the fake cluster that efm.backend = 'mock' plays: superusers only, granted to nobody.
CREATE FUNCTION @extschema@.efm_mock_reset(scenario text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE CALLED ON NULL INPUT SECURITY INVOKER AS 'MODULE_PATHNAME', 'efm_mock_reset';
CREATE FUNCTION @extschema@.efm_mock_event(event jsonb) RETURNS void
    LANGUAGE c VOLATILE STRICT SECURITY INVOKER AS 'MODULE_PATHNAME', 'efm_mock_event';
CREATE FUNCTION @extschema@.efm_mock_state() RETURNS jsonb
    LANGUAGE c VOLATILE STRICT SECURITY INVOKER AS 'MODULE_PATHNAME', 'efm_mock_state';
CREATE FUNCTION @extschema@.efm_mock_calls() RETURNS SETOF jsonb
    LANGUAGE c VOLATILE STRICT SECURITY INVOKER AS 'MODULE_PATHNAME', 'efm_mock_calls';
REVOKE ALL ON FUNCTION @extschema@.efm_mock_reset(text), @extschema@.efm_mock_event(jsonb),
    @extschema@.efm_mock_state(), @extschema@.efm_mock_calls() FROM PUBLIC;
COMMENT ON FUNCTION @extschema@.efm_mock_reset(text) IS
    'Fake EFM (efm.backend = ''mock''), superusers: begins anew from the scenario, with no calls received. With an absolute path: of that scenario, which efm.mock_scenario is set to for the session. A NOTICE has the seed where anything is left to chance. Errors: 55000 on another backend, 22023 for a scenario that is not valid.';
COMMENT ON FUNCTION @extschema@.efm_mock_event(jsonb) IS
    'Fake EFM (efm.backend = ''mock''), superusers: lets something happen to the cluster, for example {"event": "advance_clock", "ms": 5000}. Errors: 55000 on another backend, 22023 with all mistakes in the detail; then nothing has changed.';
COMMENT ON FUNCTION @extschema@.efm_mock_state() IS
    'Fake EFM (efm.backend = ''mock''), superusers: the state of the cluster as it is now. Errors: 55000 on another backend.';
COMMENT ON FUNCTION @extschema@.efm_mock_calls() IS
    'Fake EFM (efm.backend = ''mock''), superusers: the efm commands received since the last reset, the oldest first. Errors: 55000 on another backend, 58030 when some could not be kept.';

-- The columns after the first nine are those of release 2.0; the library fills them by their place. A site's table OF
-- this type gets them too: CASCADE adds them there and drops nothing.
ALTER TYPE @extschema@.node_status
    ADD ATTRIBUTE node_address text CASCADE,
    ADD ATTRIBUTE received_lsn pg_lsn CASCADE,
    ADD ATTRIBUTE replayed_lsn pg_lsn CASCADE,
    ADD ATTRIBUTE lag_bytes bigint CASCADE,
    ADD ATTRIBUTE vip text CASCADE,
    ADD ATTRIBUTE vip_active boolean CASCADE;
CREATE OR REPLACE VIEW @extschema@.efm_nodes_details AS
    SELECT n.node_ip, n.node_type AS role, n.db_status, n.xlog_location AS xlog, n.agent_status, n.xlog_info,
           n.priority, n.is_promotable, n.last_updated, n.node_address, n.received_lsn, n.replayed_lsn, n.lag_bytes,
           n.vip, n.vip_active
      FROM @extschema@.efm_get_nodes() n;

CREATE FUNCTION @extschema@.efm_cluster_info() RETURNS @extschema@.cluster_info
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cluster_info';
CREATE FUNCTION @extschema@.efm_metrics_text(format text DEFAULT 'prometheus') RETURNS text
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_metrics_text';
CREATE FUNCTION @extschema@.efm_worker_status(OUT enabled boolean, OUT pid integer, OUT state text, OUT polls bigint,
        OUT failures bigint, OUT failures_in_a_row integer, OUT last_success timestamp with time zone,
        OUT last_failure timestamp with time zone, OUT last_error text, OUT next_run timestamp with time zone,
        OUT history_at timestamp with time zone, OUT history_error text)
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_worker_status';

CREATE FUNCTION @extschema@.efm_promote(wait boolean DEFAULT true, wait_seconds integer DEFAULT 60,
        switchover boolean DEFAULT false, source_node text DEFAULT NULL, quiet boolean DEFAULT false,
        run_scripts boolean DEFAULT true, force boolean DEFAULT false, expected_primary text DEFAULT NULL)
    RETURNS boolean
    LANGUAGE c VOLATILE SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_promote';
CREATE FUNCTION @extschema@.efm_preflight(switchover boolean DEFAULT true, OUT "check" text, OUT passed boolean,
        OUT detail text, OUT hint text) RETURNS SETOF record
    LANGUAGE c VOLATILE SECURITY DEFINER ROWS 8 AS 'MODULE_PATHNAME', 'efm_preflight';

CREATE FUNCTION @extschema@.efm_setup_checks(schema_version text, OUT "check" text, OUT passed boolean, OUT detail text,
        OUT hint text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER ROWS 12 AS 'MODULE_PATHNAME', 'efm_setup_checks';
CREATE FUNCTION @extschema@.efm_check_setup(OUT "check" text, OUT passed boolean, OUT detail text, OUT hint text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 12 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM pg_extension e, @extschema@.efm_setup_checks(e.extversion) c WHERE e.extname = 'efm_extension'
$$;

-- What a status says, whether it is of now or from the history.
CREATE FUNCTION @extschema@.efm_status_nodes(status jsonb) RETURNS SETOF @extschema@.node_status
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 5 AS 'MODULE_PATHNAME', 'efm_status_nodes';
CREATE FUNCTION @extschema@.efm_status_changes(status_before jsonb, status_after jsonb, OUT kind text, OUT node text,
        OUT old_value text, OUT new_value text) RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'efm_status_changes';

-- A row of the history stands for a time in which nothing changed: a cluster that stays as it is costs one row in five
-- minutes, so that who looks at the collected_at of the last minutes, as a query of release 1.1 does, finds some.
ALTER TABLE @extschema@.efm_status_history
    ADD COLUMN last_collected_at timestamp with time zone,
    ADD COLUMN collections bigint NOT NULL DEFAULT 1;
UPDATE @extschema@.efm_status_history SET last_collected_at = collected_at;
ALTER TABLE @extschema@.efm_status_history
    ALTER COLUMN last_collected_at SET NOT NULL,
    ALTER COLUMN last_collected_at SET DEFAULT pg_catalog.now();

CREATE TABLE @extschema@.efm_events (
    id bigserial PRIMARY KEY,
    happened_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    node text,
    old_value text,
    new_value text
);
CREATE INDEX efm_events_happened_at_idx ON @extschema@.efm_events (happened_at DESC);
SELECT pg_catalog.pg_extension_config_dump('@extschema@.efm_events', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.efm_events_id_seq', '');

-- What moves all the time on a cluster that is well: WAL locations, and what EFM says because two of them differ.
CREATE FUNCTION @extschema@.efm_status_at_rest(status jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT status - 'nodes' - 'messages' || jsonb_build_object('nodes', COALESCE(
               (SELECT jsonb_object_agg(n.key, CASE jsonb_typeof(n.value)
                           WHEN 'object' THEN n.value - '{lsn,lsnReceive,xlog,xlogReceive}'::text[] ELSE n.value END)
                  FROM jsonb_each(status -> 'nodes') n), '{}'))
$$;

-- What the history compares is the row that was written last, whatever the clock has done since. A row of release 1.1
-- may be no status.
CREATE FUNCTION @extschema@.efm_record_status(status jsonb, fetched_at timestamp with time zone, retention_days integer)
    RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last @extschema@.efm_status_history;
    event @extschema@.efm_events;
    payload jsonb;
    longest_payload CONSTANT integer := 7900;
    longest_node CONSTANT integer := 200;
    longest_gap CONSTANT interval := interval '1 minute'
        + 3 * COALESCE(current_setting('efm.bgw_interval', true)::interval, '10 seconds');
    most_deleted CONSTANT integer := 1000;
    oldest CONSTANT timestamp with time zone := fetched_at - make_interval(days => LEAST(retention_days, 365000));
BEGIN
    SELECT h.* INTO last FROM @extschema@.efm_status_history h ORDER BY h.id DESC LIMIT 1;
    -- It is there already, or came late; but who has a row of the future has set the clock back.
    IF fetched_at <= last.last_collected_at AND last.last_collected_at <= clock_timestamp() THEN
        RETURN;
    END IF;
    IF fetched_at > last.last_collected_at AND fetched_at <= last.last_collected_at + longest_gap AND (
            (fetched_at < last.collected_at + interval '5 minutes' AND last.status_json = status)
            OR (fetched_at < last.collected_at + interval '1 minute'
                AND jsonb_typeof(last.status_json -> 'nodes') = 'object'
                AND @extschema@.efm_status_at_rest(last.status_json) = @extschema@.efm_status_at_rest(status))) THEN
        UPDATE @extschema@.efm_status_history h
           SET last_collected_at = fetched_at, collections = h.collections + 1
         WHERE h.id = last.id;
    ELSE
        INSERT INTO @extschema@.efm_status_history (status_json, collected_at, last_collected_at)
        VALUES (status, fetched_at, fetched_at);
    END IF;
    IF jsonb_typeof(last.status_json -> 'nodes') = 'object' THEN
        FOR event IN
            INSERT INTO @extschema@.efm_events (happened_at, kind, node, old_value, new_value)
            SELECT fetched_at, c.kind, c.node, c.old_value, c.new_value
              FROM @extschema@.efm_status_changes(last.status_json, status) c
            RETURNING *
        LOOP
            payload := to_jsonb(event);
            IF octet_length(payload::text) > longest_payload THEN
                payload := payload || jsonb_build_object('node', left(event.node, longest_node), 'old_value', NULL,
                                                         'new_value', NULL, 'is_shortened', true);
            END IF;
            PERFORM pg_notify('efm_events', payload::text);
        END LOOP;
    END IF;
    -- A part at a time, so that nobody waits for it long.
    DELETE FROM @extschema@.efm_events e
     WHERE e.id IN (SELECT o.id FROM @extschema@.efm_events o WHERE o.happened_at < oldest
                     ORDER BY o.happened_at LIMIT most_deleted);
    DELETE FROM @extschema@.efm_status_history h
     WHERE h.id IN (SELECT o.id FROM @extschema@.efm_status_history o
                     WHERE o.collected_at < oldest AND o.last_collected_at < oldest
                     ORDER BY o.collected_at LIMIT most_deleted);
END
$$;

CREATE FUNCTION @extschema@.efm_status_at(at timestamp with time zone, OUT status_json jsonb,
        OUT collected_at timestamp with time zone, OUT last_collected_at timestamp with time zone) RETURNS SETOF record
    LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.status_json, h.collected_at, h.last_collected_at
      FROM @extschema@.efm_status_history h
     WHERE h.collected_at <= at
     ORDER BY h.collected_at DESC, h.id DESC
     LIMIT 1
$$;

CREATE OR REPLACE FUNCTION @extschema@.cleanup_status_history(retention_days integer DEFAULT 7) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted bigint;
    oldest timestamp with time zone;
BEGIN
    IF retention_days IS NULL OR retention_days < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'invalid number of days',
            DETAIL = format('The value is %s.', COALESCE(retention_days::text, 'null')),
            HINT = 'It must be 0 or more; what is older is deleted.';
    END IF;
    -- Nothing is older than a thousand years; more would be no timestamp.
    oldest := now() - make_interval(days => LEAST(retention_days, 365000));
    DELETE FROM @extschema@.efm_events e WHERE e.happened_at < oldest;
    DELETE FROM @extschema@.efm_status_history h WHERE h.collected_at < oldest AND h.last_collected_at < oldest;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

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
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION @extschema@.efm_cache_stats(), @extschema@.efm_cluster_info(), '
                              '@extschema@.efm_cluster_status(pg_catalog.text), @extschema@.efm_cluster_status_json(), '
                              '@extschema@.efm_get_nodes(), @extschema@.efm_is_available(), '
                              '@extschema@.efm_list_properties(), @extschema@.efm_metrics_rows(), '
                              '@extschema@.efm_metrics_text(pg_catalog.text), @extschema@.efm_node_status_json(), '
                              '@extschema@.efm_preflight(pg_catalog.bool), @extschema@.efm_properties(), '
                              '@extschema@.efm_status_at(pg_catalog.timestamptz), '
                              '@extschema@.efm_status_changes(pg_catalog.jsonb, pg_catalog.jsonb), '
                              '@extschema@.efm_status_nodes(pg_catalog.jsonb), @extschema@.efm_worker_status(), '
                              '@extschema@.zabbix_node_discovery() TO %s',
                              grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_events, @extschema@.efm_local_properties, '
                              '@extschema@.efm_metrics, @extschema@.efm_nodes_details, @extschema@.efm_status_history '
                              'TO %s', grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access to role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

SET LOCAL search_path = pg_catalog, pg_temp;

-- Nothing is open to everybody. Who could read all there was to read can do so still. What was granted on the way here
-- is the site's own: pg_dump leaves out what it takes for the extension's.
DO $grants$
DECLARE
    extension CONSTANT oid := (SELECT e.oid FROM pg_extension e WHERE e.extname = 'efm_extension');
    closing text;
    reader name;
BEGIN
    FOR closing IN
        SELECT format('REVOKE ALL ON %s FROM PUBLIC', COALESCE('FUNCTION ' || p.oid::regprocedure, 'TABLE ' || c.oid::regclass))
          FROM pg_depend d
          LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
          LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
         WHERE d.deptype = 'e' AND d.refobjid = extension AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
    LOOP
        EXECUTE closing;
    END LOOP;
    FOR reader IN
        SELECT r.rolname
          FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a JOIN pg_roles r ON r.oid = a.grantee
         WHERE p.oid IN ('@extschema@.efm_cluster_status(text)'::regprocedure, '@extschema@.efm_list_properties()'::regprocedure)
           AND a.grantee <> p.proowner
         GROUP BY r.rolname HAVING count(DISTINCT p.oid) = 2
         ORDER BY r.rolname
    LOOP
        PERFORM @extschema@.grant_access_to_user(reader);
    END LOOP;
    UPDATE pg_init_privs i
       SET initprivs = ARRAY(SELECT own FROM unnest(i.initprivs) own
                              WHERE EXISTS (SELECT FROM aclexplode(ARRAY[own]) a WHERE a.grantee = a.grantor))
     WHERE (i.classoid, i.objoid) IN (SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e' AND d.refobjid = extension
                                      UNION ALL VALUES ('pg_namespace'::regclass::oid, '@extschema@'::regnamespace::oid));
    -- From PostgreSQL 17 on, a dependency holds the roles that were in there.
    DELETE FROM pg_shdepend s
     WHERE s.deptype = 'i' AND s.dbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
       AND EXISTS (SELECT FROM pg_init_privs i WHERE i.classoid = s.classid AND i.objoid = s.objid)
       AND NOT EXISTS (SELECT FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) a
                        WHERE i.classoid = s.classid AND i.objoid = s.objid AND a.grantee = s.refobjid);
END
$grants$;

COMMENT ON TYPE @extschema@.efm_command_result IS
    'Everything about one efm command. A plefm function that returns it raises no error for a command that failed.';
COMMENT ON COLUMN @extschema@.efm_command_result.outcome IS 'exited, signalled, timed out, too much output, could not start or I/O error.';
COMMENT ON COLUMN @extschema@.efm_command_result.exit_status IS 'Exit status 0 to 255; NULL unless it exited.';
COMMENT ON COLUMN @extschema@.efm_command_result.signal IS 'Number of the signal that killed it; NULL unless it was signalled.';
COMMENT ON COLUMN @extschema@.efm_command_result.output IS 'Standard output, as it was written.';
COMMENT ON COLUMN @extschema@.efm_command_result.errors IS 'The last 8 kB of standard error; bytes that are not valid text as \xNN.';
COMMENT ON COLUMN @extschema@.efm_command_result.elapsed IS 'From the start of the call to the end of the command.';
COMMENT ON COLUMN @extschema@.efm_command_result.command_line IS 'The argument vector, the program first.';
COMMENT ON COLUMN @extschema@.efm_command_result.sqlstate IS 'The SQLSTATE that another return type would have raised; NULL for an answer.';
COMMENT ON COLUMN @extschema@.efm_command_result.message IS 'The message of that error; NULL for an answer.';
COMMENT ON COLUMN @extschema@.efm_command_result.detail IS 'The detail of that error; NULL for an answer.';
COMMENT ON FUNCTION @extschema@.efm_node_status_json() IS
    'Status of the node on this host (efm node-status-json): type, address, db, vip, vip_active. A failed database or an idle agent is an answer. Errors: 22P02 when it is not JSON, and those of a failed command.';
COMMENT ON FUNCTION @extschema@.efm_stop_cluster() IS
    'Makes all agents exit (efm stop-cluster): no more failover, the list of allowed hosts is emptied, databases keep running unless they are bound to the agent (Eager Failover). Returns 0.';
COMMENT ON FUNCTION @extschema@.efm_reset_members() IS
    'Makes the current members the known and allowed nodes and forgets nodes that are DOWN (efm reset-members, EFM 4.8 and later). Priorities may have to be set again. Returns 0.';
COMMENT ON FUNCTION @extschema@.efm_command_line(text, text[]) IS
    'The argument vector that a command would run with under the current settings, the program first; the cluster name is put after the subcommand. Runs nothing. Errors: 22023 for a bad subcommand or argument, 22004 for a NULL argument.';
COMMENT ON FUNCTION @extschema@.efm_sudoers() IS
    'The lines of a sudoers file that allows what this extension runs under the current settings and nothing else, one row each. Needs sudo 1.9.10; check it with visudo -c.';
COMMENT ON FUNCTION @extschema@.efm_get_nodes() IS
    'The nodes of the cluster, one row each, in the order of EFM''s answer. node_ip: NULL for a host name; node_address: as EFM gave it. agent_status: as EFM says it (3.x), else UP unless the type is DOWN. '
    'xlog_location: replayed, of a primary its current one, as text; received_lsn, replayed_lsn: NULL where not known. lag_bytes: WAL to be replayed until where the primary is, NULL for the primary and where not known. '
    'priority: place in the promotion order from 1, NULL when not there. last_updated: when EFM answered. Cache and errors as for efm_cluster_status_json().';
COMMENT ON FUNCTION @extschema@.efm_cluster_info() IS
    'The cluster beside its nodes: name, virtual IP address, coordinator, minimum standbys, number of nodes, allowed nodes, promotion order, messages, when EFM answered. Cache and errors as for efm_cluster_status_json().';
COMMENT ON FUNCTION @extschema@.efm_metrics_text(text) IS
    'The metrics of efm_metrics, without the three names of release 1.1 that break Prometheus'' rules, as text with HELP and TYPE. format: prometheus (text format 0.0.4) or openmetrics (1.0). Raises nothing for an EFM that is down (efm_up is 0). Errors: 22023 for another format.';
COMMENT ON FUNCTION @extschema@.efm_worker_status() IS
    'The background worker: whether efm.bgw_enabled is on, its process (none without shared_preload_libraries), what it is doing; polls and failures since the server was started; when it last had an answer, when it last had none and why; when it asks next; '
    'the last answer that was put into the history, and what keeps it from that now. Never raises.';
COMMENT ON FUNCTION @extschema@.efm_status_nodes(jsonb) IS
    'The nodes of a status, as efm_get_nodes() shows them, without last_updated. status: an answer of efm_cluster_status_json() or a status_json of the history. Errors: 22023 when it has no object "nodes".';
COMMENT ON FUNCTION @extschema@.efm_status_changes(jsonb, jsonb) IS
    'What is different in the later of two statuses. kind: node_appeared, node_disappeared, role, database, agent, vip, primary, priority. WAL locations are no changes. Errors: 22023 when one has no object "nodes".';
COMMENT ON FUNCTION @extschema@.efm_status_at_rest(jsonb) IS
    'A status without its WAL locations and messages, which move all the time.';
COMMENT ON FUNCTION @extschema@.efm_record_status(jsonb, timestamptz, integer) IS
    'Puts a status into the history, what has changed into efm_events, and notifies the channel efm_events; deletes some of what is older than retention_days. An answer that is not newer than the last one does nothing. Called by the background worker, one at a time.';
COMMENT ON FUNCTION @extschema@.efm_status_at(timestamptz) IS
    'The cluster as it was: the last status of the history that was collected at or before this time. It was seen from collected_at to last_collected_at; after that nothing was collected until the next row. No row before the history begins.';
COMMENT ON FUNCTION @extschema@.cleanup_status_history(integer) IS
    'Deletes the history and the events that are older than this many days. Returns the number of rows of the history. Errors: 22023 for a negative number.';
COMMENT ON TABLE @extschema@.efm_status_history IS
    'The status of the cluster over time, written by the background worker (efm.bgw_persist_history). A row stands for a time in which nothing changed, five minutes at most, and a minute where WAL locations moved; a pause of the worker begins a new one. Dumped by pg_dump.';
COMMENT ON COLUMN @extschema@.efm_status_history.last_collected_at IS 'When it was seen last.';
COMMENT ON COLUMN @extschema@.efm_status_history.collections IS 'How often it was seen.';
COMMENT ON TABLE @extschema@.efm_events IS
    'What has changed in the cluster, one row a change, written with the history. Each is sent as JSON on the channel efm_events, too. Dumped by pg_dump.';
COMMENT ON SEQUENCE @extschema@.efm_events_id_seq IS 'Numbers of the rows of efm_events.';
COMMENT ON COLUMN @extschema@.efm_events.happened_at IS 'When it was seen.';
COMMENT ON COLUMN @extschema@.efm_events.kind IS 'node_appeared, node_disappeared, role, database, agent, vip, primary or priority.';
COMMENT ON COLUMN @extschema@.efm_events.node IS 'Address of the node; NULL for the priority.';
COMMENT ON COLUMN @extschema@.efm_events.old_value IS 'Before; NULL for nothing.';
COMMENT ON COLUMN @extschema@.efm_events.new_value IS 'After; NULL for nothing.';
COMMENT ON FUNCTION @extschema@.efm_promote(boolean, integer, boolean, text, boolean, boolean, boolean, text) IS
    'Promotes a standby (efm promote, with switchover: efm promote -switchover) and says what became of it. true: EFM has accepted and, when waiting, a new primary was seen, and after a switchover the old one as a standby, or a WARNING says that it was not; '
    'false with a WARNING: accepted, not seen within wait_seconds (it may still happen). Each step is a NOTICE. source_node: the node whose recovery settings the old primary gets (switchover only). quiet: no notifications. run_scripts: fence and post-promotion scripts. '
    'force: goes on where data may be lost. expected_primary: refuses when another node is primary. Canceling does not undo a promotion. '
    'Errors: 22003 wait_seconds not positive, 22004 a NULL, 22023 a bad address, 55000 refused for a reason that a failed check explains, 55P03 another promotion under way, 38000 efm failed with words that nobody documents: whether it was accepted is not known; '
    '57014 canceled or timed out: before the command ran nothing was sent, while it ran the outcome is unknown, while waiting it was accepted and goes on (the detail says which); '
    '54000 and 58000 too much output, killed by a signal, output that could not be read: the outcome is unknown where the detail says so; 08006, 42501, 58P01, F0000 as for other commands.';
COMMENT ON FUNCTION @extschema@.efm_preflight(boolean) IS
    'What a promotion needs, judged from the status of the cluster; nothing is changed. One row a check: one_primary, agents_up, no_promotion, standby_available (which one EFM would choose, and why), in_sync (for a failover: the bytes that would be lost), minimum_standbys, missing_nodes, vip, permission (whether the command can be started; sudo is asked with sudo -n -l). The status is a second old at most. Errors: 22004 for NULL, and those of efm_cluster_status_json().';
COMMENT ON FUNCTION @extschema@.efm_check_setup() IS
    'What an installation needs, one row a check, in the order in which to mend them; the hint is the line to change. Asks sudo what it allows (sudo -n -l) and EFM for the status. Never raises, but for a cancel.';
COMMENT ON FUNCTION @extschema@.efm_setup_checks(text) IS
    'The rows of efm_check_setup() for a schema of this version.';

COMMENT ON SCHEMA @extschema@ IS 'EDB Failover Manager from SQL: functions, views and tables of the extension efm_extension.';
COMMENT ON COLUMN @extschema@.node_status.node_ip IS 'IP address; NULL for a host name.';
COMMENT ON COLUMN @extschema@.node_status.node_type IS 'Primary, Standby, Witness, Idle, Promoting, DOWN, or what EFM says; Master before EFM 4.0.';
COMMENT ON COLUMN @extschema@.node_status.agent_status IS 'UP or DOWN.';
COMMENT ON COLUMN @extschema@.node_status.db_status IS 'UP, DOWN, UNKNOWN, N/A (a witness).';
COMMENT ON COLUMN @extschema@.node_status.xlog_location IS 'replayed_lsn as EFM writes it; NULL where it says nothing.';
COMMENT ON COLUMN @extschema@.node_status.xlog_info IS 'What went wrong when the database was asked.';
COMMENT ON COLUMN @extschema@.node_status.priority IS 'Place in the promotion order, from 1; NULL when not there.';
COMMENT ON COLUMN @extschema@.node_status.is_promotable IS 'Whether it has a place there.';
COMMENT ON COLUMN @extschema@.node_status.last_updated IS 'When EFM answered.';
COMMENT ON COLUMN @extschema@.node_status.node_address IS 'Address as EFM gave it.';
COMMENT ON COLUMN @extschema@.node_status.received_lsn IS 'WAL received; NULL where not known.';
COMMENT ON COLUMN @extschema@.node_status.replayed_lsn IS 'WAL replayed, of a primary written; NULL where not known.';
COMMENT ON COLUMN @extschema@.node_status.lag_bytes IS 'Bytes of WAL that a standby has yet to replay to be where the primary is.';
COMMENT ON COLUMN @extschema@.node_status.vip IS 'Virtual IP address; NULL for none.';
COMMENT ON COLUMN @extschema@.node_status.vip_active IS 'Whether the node answers on it.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.node_ip IS 'IP address; NULL for a host name.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.role IS 'Primary, Standby, Witness, Idle, Promoting, DOWN, or what EFM says; Master before EFM 4.0.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.db_status IS 'UP, DOWN, UNKNOWN, N/A (a witness).';
COMMENT ON COLUMN @extschema@.efm_nodes_details.xlog IS 'replayed_lsn as EFM writes it; NULL where it says nothing.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.agent_status IS 'UP or DOWN.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.xlog_info IS 'What went wrong when the database was asked.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.priority IS 'Place in the promotion order, from 1; NULL when not there.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.is_promotable IS 'Whether it has a place there.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.last_updated IS 'When EFM answered.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.node_address IS 'Address as EFM gave it.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.received_lsn IS 'WAL received; NULL where not known.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.replayed_lsn IS 'WAL replayed, of a primary written; NULL where not known.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.lag_bytes IS 'Bytes of WAL that a standby has yet to replay to be where the primary is.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.vip IS 'Virtual IP address; NULL for none.';
COMMENT ON COLUMN @extschema@.efm_nodes_details.vip_active IS 'Whether the node answers on it.';
COMMENT ON COLUMN @extschema@.cluster_info.cluster_name IS 'efm.cluster_name.';
COMMENT ON COLUMN @extschema@.cluster_info.vip IS 'Virtual IP address; NULL for none.';
COMMENT ON COLUMN @extschema@.cluster_info.membership_coordinator IS 'Address of the membership coordinator.';
COMMENT ON COLUMN @extschema@.cluster_info.minimum_standbys IS 'The property minimum.standbys.';
COMMENT ON COLUMN @extschema@.cluster_info.total_nodes IS 'Number of nodes.';
COMMENT ON COLUMN @extschema@.cluster_info.allowed_nodes IS 'Addresses that may join.';
COMMENT ON COLUMN @extschema@.cluster_info.failover_priority IS 'Addresses in the order of promotion.';
COMMENT ON COLUMN @extschema@.cluster_info.messages IS 'What EFM has to say.';
COMMENT ON COLUMN @extschema@.cluster_info.fetched_at IS 'When EFM answered.';
COMMENT ON COLUMN @extschema@.cache_stats.cache_hits IS 'Reads served without a command.';
COMMENT ON COLUMN @extschema@.cache_stats.cache_misses IS 'Reads that ran a command or waited for one.';
COMMENT ON COLUMN @extschema@.cache_stats.cache_updates IS 'Answers put into the cache.';
COMMENT ON COLUMN @extschema@.cache_stats.last_update IS 'When the last of them was; NULL for none.';
COMMENT ON COLUMN @extschema@.cache_stats.cache_ttl_seconds IS 'efm.cache_ttl in seconds.';
COMMENT ON COLUMN @extschema@.efm_status_history.id IS 'Number of the row.';
COMMENT ON COLUMN @extschema@.efm_events.id IS 'Number of the row.';
