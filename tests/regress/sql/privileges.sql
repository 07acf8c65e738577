-- EXECUTE is what counts: who has it can call, whoever owns the session; who has not gets nothing run.
CREATE ROLE regress_efm_monitor;
CREATE ROLE "regress efm ""odd""";
CREATE ROLE regress_efm_oncall;
CREATE ROLE regress_efm_nobody;
SELECT efm_extension.grant_access_to_user('regress_efm_monitor');
SELECT efm_extension.grant_access_to_user('regress efm "odd"');
SELECT efm_extension.grant_access_to_user('public');
SELECT efm_extension.grant_access_to_user('PUBLIC');
SELECT efm_extension.grant_access_to_user('no such role');
SELECT efm_extension.grant_access_to_user('x; DROP TABLE y');
SELECT efm_extension.grant_access_to_user('');
SELECT efm_extension.grant_access_to_user(NULL);
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_oncall, regress_efm_nobody;
GRANT EXECUTE ON FUNCTION efm_extension.efm_resume_monitoring() TO regress_efm_oncall;
SELECT p.oid::regprocedure AS monitor_may_call FROM pg_proc p
 WHERE pronamespace = 'efm_extension'::regnamespace AND has_function_privilege('regress_efm_monitor', oid, 'EXECUTE')
 ORDER BY p.oid::regprocedure::text COLLATE "C";

SET ROLE regress_efm_monitor;
SELECT count(*) > 5 AS reads FROM efm_extension.efm_cluster_status('text');
SELECT is_available FROM efm_extension.efm_is_available();
SELECT efm_extension.efm_allow_node('10.0.0.77');
SELECT efm_extension.efm_failover();
SELECT efm_extension.grant_access_to_user('regress_efm_monitor');
SELECT efm_extension.efm_sudoers();
SET ROLE regress_efm_oncall;
SELECT efm_extension.efm_switchover();
SELECT count(*) FROM efm_extension.efm_cluster_status('text');
SELECT * FROM efm_extension.efm_local_properties;
SET ROLE regress_efm_nobody;
SELECT efm_extension.efm_resume_monitoring();
RESET ROLE;
SELECT efm_extension.efm_cluster_status('json')::jsonb -> 'allowednodes' ? '10.0.0.77' AS something_ran;

-- a wrapper with its owner's rights gives just what it holds
CREATE FUNCTION public.allow_77() RETURNS integer LANGUAGE sql SECURITY DEFINER
    AS $$ SELECT efm_extension.efm_allow_node('10.0.0.77') $$;
GRANT EXECUTE ON FUNCTION public.allow_77() TO regress_efm_nobody;
SET ROLE regress_efm_nobody;
SELECT public.allow_77();
SELECT efm_extension.efm_allow_node('10.0.0.78');
RESET ROLE;
SELECT efm_extension.efm_disallow_node('10.0.0.77');

SELECT efm_extension.revoke_access_from_user('regress_efm_monitor');
SELECT efm_extension.revoke_access_from_user('regress efm "odd"');
SELECT efm_extension.revoke_access_from_user('regress_efm_oncall');
SELECT efm_extension.revoke_access_from_user('regress_efm_nobody');
SELECT efm_extension.revoke_access_from_user('public');
SELECT efm_extension.revoke_access_from_user(NULL);
SET ROLE regress_efm_monitor;
SELECT count(*) FROM efm_extension.efm_cluster_status('text');
RESET ROLE;
DROP FUNCTION public.allow_77();
DROP ROLE regress_efm_monitor, "regress efm ""odd""", regress_efm_oncall, regress_efm_nobody;
