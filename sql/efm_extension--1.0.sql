\echo Use "CREATE EXTENSION efm_extension" to load this file. \quit

-- Release 1.0: the surface of the first release, written in plefm: the body of a management function is the efm command
-- that it runs. Comments come with the step from 1.1 to 2.0.

-- What somebody else put into this schema, or may put there, would be found in the place of our own objects.
DO $check$
DECLARE
    owner_name name;
BEGIN
    SELECT r.rolname INTO owner_name
      FROM pg_catalog.pg_namespace n
      JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
     WHERE n.nspname OPERATOR(pg_catalog.=) '@extschema@' AND NOT r.rolsuper;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'schema "@extschema@" is owned by role "' OPERATOR(pg_catalog.||) owner_name OPERATOR(pg_catalog.||) '", who is not a superuser',
            DETAIL = 'The owner of the schema could replace what the extension calls in it.',
            HINT = 'Drop the schema, or give it to a superuser with ALTER SCHEMA ... OWNER TO.';
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                  AND d.refobjid OPERATOR(pg_catalog.=) '@extschema@'::pg_catalog.regnamespace
                  AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'duplicate_object',
            MESSAGE = 'schema "@extschema@" is not empty',
            DETAIL = 'The extension must own everything in its schema.',
            HINT = 'Drop or move what is in the schema, then try again.';
    END IF;
END
$check$;

REVOKE ALL ON SCHEMA @extschema@ FROM PUBLIC;

CREATE FUNCTION @extschema@.plefm_call_handler() RETURNS language_handler
    LANGUAGE c AS 'MODULE_PATHNAME', 'plefm_call_handler';
CREATE FUNCTION @extschema@.plefm_inline_handler(internal) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'plefm_inline_handler';
CREATE FUNCTION @extschema@.plefm_validator(oid) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'plefm_validator';
CREATE LANGUAGE plefm HANDLER @extschema@.plefm_call_handler INLINE @extschema@.plefm_inline_handler
    VALIDATOR @extschema@.plefm_validator;

CREATE FUNCTION @extschema@.efm_cluster_status(output_type text) RETURNS SETOF text
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_cluster_status';

CREATE FUNCTION @extschema@.efm_allow_node(ip_address text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'allow-node {cluster} {ip_address:address}';
CREATE FUNCTION @extschema@.efm_disallow_node(ip_address text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'disallow-node {cluster} {ip_address:address}';
CREATE FUNCTION @extschema@.efm_set_priority(ip_address text, priority text) RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'set-priority {cluster} {ip_address:address} {priority:priority}';
CREATE FUNCTION @extschema@.efm_failover() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'promote {cluster}';
CREATE FUNCTION @extschema@.efm_switchover() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'promote {cluster} -switchover';
CREATE FUNCTION @extschema@.efm_resume_monitoring() RETURNS integer
    LANGUAGE plefm VOLATILE STRICT SECURITY DEFINER
    AS 'resume {cluster}';

-- Reads the file; the two objects after it show it in the forms of release 1.0.
CREATE FUNCTION @extschema@.efm_properties(OUT name text, OUT value text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_properties';
CREATE FUNCTION @extschema@.efm_list_properties() RETURNS SETOF text
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT p.name OPERATOR(pg_catalog.||) '=' OPERATOR(pg_catalog.||) p.value FROM @extschema@.efm_properties() p $$;
CREATE VIEW @extschema@.efm_local_properties AS
    SELECT p.name, p.value FROM @extschema@.efm_properties() p;

-- The nodes in the forms of release 1.0.
CREATE VIEW @extschema@.efm_nodes_details AS
    SELECT n.key AS node_ip, n.value OPERATOR(pg_catalog.->>) 'type' AS role, n.value OPERATOR(pg_catalog.->>) 'db' AS db_status,
           COALESCE(n.value OPERATOR(pg_catalog.->>) 'lsn', n.value OPERATOR(pg_catalog.->>) 'xlog') AS xlog,
           pg_catalog.to_jsonb(COALESCE(n.value OPERATOR(pg_catalog.->>) 'agent',
                                        CASE n.value OPERATOR(pg_catalog.->>) 'type' WHEN 'DOWN' THEN 'DOWN' ELSE 'UP' END))
               AS agent_status,
           COALESCE(n.value OPERATOR(pg_catalog.->>) 'lsnInfo', n.value OPERATOR(pg_catalog.->>) 'xloginfo') AS xloginfo,
           n.value OPERATOR(pg_catalog.->>) 'info' AS info
      FROM (SELECT pg_catalog.string_agg(l, E'\n') FROM @extschema@.efm_cluster_status('json') l) AS s(status),
           pg_catalog.jsonb_each((s.status::pg_catalog.jsonb) OPERATOR(pg_catalog.->) 'nodes') n;

-- Each release replaces the body of this function with the list of what can be read in it.
CREATE FUNCTION @extschema@.grant_access_to_user(username text) RETURNS boolean
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
                              '@extschema@.efm_list_properties(), @extschema@.efm_properties() TO %s',
                              grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_local_properties, @extschema@.efm_nodes_details TO %s',
                              grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access to role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

CREATE FUNCTION @extschema@.revoke_access_from_user(username text) RETURNS boolean
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

REVOKE ALL ON ALL ROUTINES IN SCHEMA @extschema@ FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA @extschema@ FROM PUBLIC;
