\echo Use "ALTER EXTENSION efm_extension UPDATE TO '1.1'" to load this file. \quit

CREATE FUNCTION @extschema@.efm_is_available(OUT is_available boolean, OUT error_code integer, OUT error_message text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT SECURITY DEFINER AS 'MODULE_PATHNAME', 'efm_is_available';
REVOKE ALL ON FUNCTION @extschema@.efm_is_available() FROM PUBLIC;

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
                              '@extschema@.efm_properties() TO %s',
                              grantee::pg_catalog.regrole);
    EXECUTE pg_catalog.format('GRANT SELECT ON @extschema@.efm_local_properties TO %s', grantee::pg_catalog.regrole);
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING USING MESSAGE = pg_catalog.format('could not grant access to role %L: %s', username, SQLERRM);
    RETURN false;
END
$$;

COMMENT ON FUNCTION @extschema@.efm_is_available() IS
    'Whether EFM answers with a cluster status, asked anew at each call. One row; error_code 0: it does (an unhealthy cluster too); positive: the exit status of efm; '
    '-1 not configured, -2 could not be started, -3 timed out, -4 any other answer. error_message says what happened and, where it is known, what to change. Raises nothing for an EFM that is down; a canceled call is still an error.';
