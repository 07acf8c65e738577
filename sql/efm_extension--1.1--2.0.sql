\echo Use "ALTER EXTENSION efm_extension UPDATE TO '2.0'" to load this file. \quit

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
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION @extschema@.efm_cluster_status(pg_catalog.text), '
                              '@extschema@.efm_is_available(), @extschema@.efm_list_properties(), '
                              '@extschema@.efm_node_status_json(), @extschema@.efm_properties() TO %s',
                              grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_local_properties TO %s', grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access to role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

REVOKE ALL ON FUNCTION @extschema@.efm_node_status_json(), @extschema@.efm_stop_cluster(),
    @extschema@.efm_reset_members(), @extschema@.efm_command_line(text, text[]), @extschema@.efm_sudoers() FROM PUBLIC;

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
