\echo Use "CREATE EXTENSION efm_extension" to load this file. \quit

-- Release 1.0: the surface of the first release, written in plefm: the body of a management function is the efm command
-- that it runs.

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

-- The nodes in the forms of release 1.0, and of no other: release 1.1 has a type and a function for them.
CREATE FUNCTION @extschema@.efm_node_details_1_0(OUT node_ip text, OUT role text, OUT db_status text, OUT xlog text,
        OUT agent_status jsonb, OUT xloginfo text, OUT info text) RETURNS SETOF record
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.key, n.value OPERATOR(pg_catalog.->>) 'type', n.value OPERATOR(pg_catalog.->>) 'db',
           COALESCE(n.value OPERATOR(pg_catalog.->>) 'lsn', n.value OPERATOR(pg_catalog.->>) 'xlog'),
           pg_catalog.to_jsonb(COALESCE(n.value OPERATOR(pg_catalog.->>) 'agent',
                                        CASE n.value OPERATOR(pg_catalog.->>) 'type' WHEN 'DOWN' THEN 'DOWN' ELSE 'UP' END)),
           COALESCE(n.value OPERATOR(pg_catalog.->>) 'lsnInfo', n.value OPERATOR(pg_catalog.->>) 'xloginfo'),
           n.value OPERATOR(pg_catalog.->>) 'info'
      FROM (SELECT pg_catalog.string_agg(l, E'\n') FROM @extschema@.efm_cluster_status('json') l) AS s(status),
           pg_catalog.jsonb_each((s.status::pg_catalog.jsonb) OPERATOR(pg_catalog.->) 'nodes') n
$$;
CREATE VIEW @extschema@.efm_nodes_details AS
    SELECT d.node_ip, d.role, d.db_status, d.xlog, d.agent_status, d.xloginfo, d.info
      FROM @extschema@.efm_node_details_1_0() d;

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
                              '@extschema@.efm_list_properties(), @extschema@.efm_node_details_1_0(), '
                              '@extschema@.efm_properties() TO %s',
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
COMMENT ON FUNCTION @extschema@.efm_node_details_1_0() IS
    'The nodes as the view efm_nodes_details of release 1.0 shows them. Errors: those of efm_cluster_status.';
COMMENT ON VIEW @extschema@.efm_nodes_details IS
    'The nodes of the cluster, one row each, asked anew at each query. Errors: those of efm_cluster_status.';
COMMENT ON FUNCTION @extschema@.grant_access_to_user(text) IS
    'Lets a role read the cluster: usage of the schema, the functions and views that change nothing. Returns true; false with a WARNING when the role does not exist or cannot be given this.';
COMMENT ON FUNCTION @extschema@.revoke_access_from_user(text) IS
    'Takes everything in this schema away from a role, management functions too. Returns true; false with a WARNING when the role does not exist.';
