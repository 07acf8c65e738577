-- Least privilege: the roles of README.md, what each can do and what not, and attacks from them.
CREATE ROLE regress_efm_monitor;
CREATE ROLE regress_efm_operator;
CREATE ROLE regress_efm_oncall;
CREATE ROLE regress_efm_nobody;

SELECT efm_extension.grant_access_to_user('regress_efm_monitor');
SELECT efm_extension.grant_access_to_user('regress_efm_operator');
GRANT EXECUTE ON FUNCTION efm_extension.efm_allow_node(text), efm_extension.efm_disallow_node(text),
    efm_extension.efm_set_priority(text, text) TO regress_efm_operator;
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_oncall;
GRANT EXECUTE ON FUNCTION efm_extension.efm_get_nodes(), efm_extension.efm_preflight(boolean),
    efm_extension.efm_promote(boolean, integer, boolean, text, boolean, boolean, boolean, text) TO regress_efm_oncall;

-- What a statement comes to under a role: "-" when privileges stop it, "yes" when it works, "may" when it has another
-- error. Nothing that a role may call here changes the cluster: arguments are such that they are refused, which comes
-- after privileges.
CREATE FUNCTION pg_temp.attempt(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    END;
    RESET ROLE;
    RETURN CASE WHEN message IS NULL THEN 'yes'
                WHEN message ~ '^(permission denied|must be (superuser|owner))' THEN '-' ELSE 'may' END;
END $$;

-- every function of the extension; those that would change the cluster without an argument stand at the end
CREATE TABLE public.calls (signature text, statement text);
INSERT INTO public.calls VALUES
    ('cleanup_status_history(integer)', 'efm_extension.cleanup_status_history(-1)'),
    ('efm_allow_node(text)', $$efm_extension.efm_allow_node('x')$$),
    ('efm_cache_stats()', 'efm_extension.efm_cache_stats()'),
    ('efm_check_setup()', 'efm_extension.efm_check_setup()'),
    ('efm_cluster_info()', 'efm_extension.efm_cluster_info()'),
    ('efm_cluster_status(text)', $$efm_extension.efm_cluster_status('json')$$),
    ('efm_cluster_status_json()', 'efm_extension.efm_cluster_status_json()'),
    ('efm_command_line(text,text[])', $$efm_extension.efm_command_line('resume')$$),
    ('efm_disallow_node(text)', $$efm_extension.efm_disallow_node('x')$$),
    ('efm_get_nodes()', 'efm_extension.efm_get_nodes()'),
    ('efm_invalidate_cache()', 'efm_extension.efm_invalidate_cache()'),
    ('efm_is_available()', 'efm_extension.efm_is_available()'),
    ('efm_list_properties()', 'efm_extension.efm_list_properties()'),
    ('efm_metrics_rows()', 'efm_extension.efm_metrics_rows()'),
    ('efm_metrics_text(text)', 'efm_extension.efm_metrics_text()'),
    ('efm_mock_calls()', 'efm_extension.efm_mock_calls()'),
    ('efm_mock_event(jsonb)', $$efm_extension.efm_mock_event('{}')$$),
    ('efm_mock_reset(text)', $$efm_extension.efm_mock_reset('/no/such/file')$$),
    ('efm_mock_state()', 'efm_extension.efm_mock_state()'),
    ('efm_node_status_json()', 'efm_extension.efm_node_status_json()'),
    ('efm_preflight(boolean)', 'efm_extension.efm_preflight()'),
    ('efm_promote(boolean,integer,boolean,text,boolean,boolean,boolean,text)',
     'efm_extension.efm_promote(wait_seconds => 0)'),
    ('efm_properties()', 'efm_extension.efm_properties()'),
    ('efm_record_status(jsonb,timestamp with time zone,integer)', $$efm_extension.efm_record_status('{}', now(), -1)$$),
    ('efm_set_priority(text,text)', $$efm_extension.efm_set_priority('x', 'x')$$),
    ('efm_setup_checks(text)', $$efm_extension.efm_setup_checks('2.0')$$),
    ('efm_status_at(timestamp with time zone)', 'efm_extension.efm_status_at(now())'),
    ('efm_status_at_rest(jsonb)', $$efm_extension.efm_status_at_rest('{}')$$),
    ('efm_status_changes(jsonb,jsonb)', $$efm_extension.efm_status_changes('{"nodes": {}}', '{"nodes": {}}')$$),
    ('efm_status_nodes(jsonb)', $$efm_extension.efm_status_nodes('{"nodes": {}}')$$),
    ('efm_sudoers()', 'efm_extension.efm_sudoers()'),
    ('efm_worker_status()', 'efm_extension.efm_worker_status()'),
    ('grant_access_to_user(text)', $$efm_extension.grant_access_to_user('no such role')$$),
    ('revoke_access_from_user(text)', $$efm_extension.revoke_access_from_user('no such role')$$),
    ('zabbix_node_discovery()', 'efm_extension.zabbix_node_discovery()'),
    ('efm_failover()', 'efm_extension.efm_failover()'),
    ('efm_reset_members()', 'efm_extension.efm_reset_members()'),
    ('efm_resume_monitoring()', 'efm_extension.efm_resume_monitoring()'),
    ('efm_stop_cluster()', 'efm_extension.efm_stop_cluster()'),
    ('efm_switchover()', 'efm_extension.efm_switchover()');
-- none is left out
SELECT p.oid::regprocedure FROM pg_proc p
 WHERE p.pronamespace = 'efm_extension'::regnamespace
   AND p.prorettype NOT IN ('language_handler'::regtype) AND p.proname !~ '^plefm_'
   AND replace(p.oid::regprocedure::text, 'efm_extension.', '') NOT IN (SELECT signature FROM public.calls);

SET client_min_messages = error;
SELECT c.signature,
       pg_temp.attempt('regress_efm_monitor', 'SELECT * FROM ' || c.statement) AS monitor,
       pg_temp.attempt('regress_efm_operator', 'SELECT * FROM ' || c.statement) AS operator,
       pg_temp.attempt('regress_efm_oncall', 'SELECT * FROM ' || c.statement) AS oncall,
       pg_temp.attempt('regress_efm_nobody', 'SELECT * FROM ' || c.statement) AS nobody
  FROM public.calls c ORDER BY c.signature COLLATE "C";
-- tables and views: reading, and writing
SELECT c.relname,
       pg_temp.attempt('regress_efm_monitor', format('SELECT * FROM efm_extension.%I', c.relname)) AS monitor,
       pg_temp.attempt('regress_efm_operator', format('SELECT * FROM efm_extension.%I', c.relname)) AS operator,
       pg_temp.attempt('regress_efm_oncall', format('SELECT * FROM efm_extension.%I', c.relname)) AS oncall,
       CASE c.relkind WHEN 'r' THEN
           pg_temp.attempt('regress_efm_monitor', format('DELETE FROM efm_extension.%I', c.relname)) END AS monitor_deletes
  FROM pg_class c WHERE c.relnamespace = 'efm_extension'::regnamespace AND c.relkind IN ('r', 'v')
 ORDER BY c.relname COLLATE "C";
RESET client_min_messages;
SELECT pg_temp.attempt('regress_efm_monitor', $$SELECT nextval('efm_extension.efm_events_id_seq')$$) AS sequence,
       pg_temp.attempt('regress_efm_monitor', 'TRUNCATE efm_extension.efm_events') AS truncate,
       pg_temp.attempt('regress_efm_monitor',
           'CREATE FUNCTION efm_extension.mine() RETURNS integer LANGUAGE sql AS ''SELECT 1''') AS create_in_schema,
       pg_temp.attempt('regress_efm_monitor', 'ALTER EXTENSION efm_extension UPDATE') AS update_extension,
       pg_temp.attempt('regress_efm_monitor',
           'ALTER FUNCTION efm_extension.efm_get_nodes() RESET ALL') AS alter_function;

-- What is allowed does work, and more than one way in leads there.
SET ROLE regress_efm_operator;
SELECT efm_extension.efm_allow_node('10.0.0.77');
SELECT '10.0.0.77' = ANY (allowed_nodes) AS allowed FROM efm_extension.efm_cluster_info();
SELECT efm_extension.efm_set_priority('10.0.0.3', '1');
SELECT node_address, priority FROM efm_extension.efm_nodes_details WHERE priority IS NOT NULL ORDER BY priority;
SELECT efm_extension.efm_set_priority('10.0.0.2', '1');
SELECT efm_extension.efm_disallow_node('10.0.0.77');
SET ROLE regress_efm_oncall;
SELECT "check", passed FROM efm_extension.efm_preflight();
\set VERBOSITY terse
SELECT efm_extension.efm_promote(expected_primary => '10.0.0.99');
\set VERBOSITY default
RESET ROLE;

-- Views: a function in one is called with the rights of who reads it.
CREATE VIEW public.allow_78 AS SELECT efm_extension.efm_allow_node('10.0.0.78');
CREATE VIEW public.nodes AS SELECT * FROM efm_extension.efm_get_nodes();
CREATE VIEW public.history AS SELECT * FROM efm_extension.efm_status_history;
GRANT SELECT ON public.allow_78, public.nodes, public.history TO regress_efm_monitor, regress_efm_nobody;
GRANT SELECT ON efm_extension.efm_nodes_details, efm_extension.efm_metrics TO regress_efm_nobody;
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_nobody;
SET ROLE regress_efm_monitor;
SELECT * FROM public.allow_78;
SELECT count(*) FROM public.nodes;
SET ROLE regress_efm_nobody;
SELECT * FROM public.nodes;
SELECT * FROM efm_extension.efm_nodes_details;
SELECT * FROM efm_extension.efm_metrics;
RESET ROLE;
REVOKE USAGE ON SCHEMA efm_extension FROM regress_efm_nobody;

-- Memberships: what is inherited counts, and what must be taken by SET ROLE does not before.
CREATE ROLE regress_efm_heir INHERIT;
CREATE ROLE regress_efm_guest NOINHERIT;
GRANT regress_efm_operator TO regress_efm_heir, regress_efm_guest;
SELECT pg_temp.attempt('regress_efm_heir', $$SELECT efm_extension.efm_allow_node('x')$$) AS heir,
       pg_temp.attempt('regress_efm_guest', $$SELECT efm_extension.efm_allow_node('x')$$) AS guest;
SET SESSION AUTHORIZATION regress_efm_guest;
SELECT efm_extension.efm_disallow_node('10.0.0.77');
SET ROLE regress_efm_operator;
SELECT efm_extension.efm_disallow_node('x');
SET ROLE regress_efm_oncall;
SELECT efm_extension.efm_stop_cluster();
RESET SESSION AUTHORIZATION;
-- a superuser who has taken another role is that role
SET ROLE regress_efm_monitor;
SELECT efm_extension.efm_stop_cluster();
SET SESSION AUTHORIZATION regress_efm_oncall;
SELECT efm_extension.efm_stop_cluster();
SET ROLE postgres;
RESET SESSION AUTHORIZATION;

-- A wrapper with its owner's rights gives what its owner holds and no more.
GRANT CREATE ON SCHEMA public TO regress_efm_operator;
SET ROLE regress_efm_operator;
CREATE FUNCTION public.allow_wrapped(address text) RETURNS integer LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT efm_extension.efm_allow_node($1)';
CREATE FUNCTION public.stop_wrapped() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN efm_extension.efm_stop_cluster(); END';
RESET ROLE;
SET ROLE regress_efm_nobody;
SELECT public.allow_wrapped('10.0.0.79');
SELECT public.stop_wrapped();
RESET ROLE;
SELECT efm_extension.efm_disallow_node('10.0.0.79');
-- one that belongs to the caller's own rights gives none
CREATE FUNCTION public.stop_invoked() RETURNS integer LANGUAGE plpgsql SECURITY INVOKER
    AS 'BEGIN RETURN efm_extension.efm_stop_cluster(); END';
SELECT pg_temp.attempt('regress_efm_operator', 'SELECT public.stop_invoked()') AS invoker;

-- Settings: nobody but a superuser can say what is run, as whom, and where.
SELECT s.name, r.role, w.way
  FROM pg_settings s, unnest('{regress_efm_monitor,regress_efm_operator,regress_efm_oncall}'::name[]) r(role),
       unnest('{SET,"SET SESSION","ALTER ROLE CURRENT_USER SET"}'::text[]) w(way)
 WHERE s.name ~ '^efm\.' AND s.context = 'superuser'
   AND pg_temp.attempt(r.role, format('%s %s = %L', w.way, s.name, s.boot_val)) <> '-';
SELECT s.name, r.role
  FROM pg_settings s, unnest('{regress_efm_monitor,regress_efm_operator,regress_efm_oncall}'::name[]) r(role)
 WHERE s.name ~ '^efm\.' AND s.context = 'superuser'
   AND pg_temp.attempt(r.role, format('SELECT set_config(%L, %L, true)', s.name, s.boot_val)) <> '-';
SELECT count(*) > 10 AS settings, bool_and(context IN ('superuser', 'sighup', 'postmaster')) AS none_for_users
  FROM pg_settings WHERE name ~ '^efm\.';
SET ROLE regress_efm_operator;
\set VERBOSITY sqlstate
SET efm.command_path = '/bin/true';
BEGIN;
SET LOCAL efm.backend = 'direct';
ROLLBACK;
ALTER SYSTEM SET efm.command_path = '/bin/true';
SET efm.bgw_interval = 1;
CREATE FUNCTION public.with_setting() RETURNS integer LANGUAGE sql SET efm.backend = 'mock' AS 'SELECT 1';
SHOW efm.encryption_key;
LOAD '$libdir/efm_extension';
\set VERBOSITY default
RESET ROLE;

-- Programs: no role needs COPY PROGRAM, none has it, nor any other way to run one.
SELECT r.role,
       pg_temp.attempt(r.role, $$COPY (SELECT 1) TO PROGRAM 'true'$$) AS copy_program,
       pg_temp.attempt(r.role, $$CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE plefm AS 'resume {cluster}'$$)
           AS plefm,
       pg_temp.attempt(r.role, $$DO LANGUAGE plefm 'resume {cluster}'$$) AS do_plefm,
       pg_temp.attempt(r.role, $$CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE c
                                 AS '$libdir/efm_extension', 'efm_promote'$$) AS c_function
  FROM unnest('{regress_efm_monitor,regress_efm_operator,regress_efm_oncall}'::name[]) r(role);

-- What was granted cannot be granted on.
SET ROLE regress_efm_monitor;
GRANT EXECUTE ON FUNCTION efm_extension.efm_get_nodes() TO regress_efm_nobody;
GRANT SELECT ON efm_extension.efm_metrics TO regress_efm_nobody;
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_nobody;
GRANT EXECUTE ON FUNCTION efm_extension.efm_promote(boolean, integer, boolean, text, boolean, boolean, boolean, text)
    TO regress_efm_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA efm_extension GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
RESET ROLE;
SELECT has_schema_privilege('regress_efm_nobody', 'efm_extension', 'USAGE') AS got_schema,
       has_function_privilege('regress_efm_nobody', 'efm_extension.efm_get_nodes()', 'EXECUTE') AS got_function;
SELECT count(*) AS grantable FROM (
    SELECT (aclexplode(proacl)).* FROM pg_proc WHERE pronamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT (aclexplode(relacl)).* FROM pg_class WHERE relnamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT (aclexplode(nspacl)).* FROM pg_namespace WHERE nspname = 'efm_extension') a
 WHERE a.is_grantable AND a.grantee::regrole::text ~ '^regress_efm';

-- W-03, W-04: what a role can put in the way of a function that runs with its owner's rights, in a schema of its own and
-- in pg_temp: types with a check, functions, operators and tables of well-known names. Each notes who called it.
CREATE TABLE public.caught (what text, who text, session text);
GRANT INSERT, SELECT ON public.caught TO PUBLIC;
INSERT INTO efm_extension.efm_status_history (status_json, collected_at) VALUES ('{"nodes": {}}', '2026-01-01');
CREATE SCHEMA regress_efm_trap AUTHORIZATION regress_efm_monitor;
SET SESSION AUTHORIZATION regress_efm_monitor;
CREATE FUNCTION regress_efm_trap.caught(what text) RETURNS boolean LANGUAGE sql VOLATILE
    AS 'INSERT INTO public.caught VALUES ($1, current_user, session_user); SELECT true';
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{text,jsonb,json,name,oid,integer,int4,bool,boolean,timestamptz,regrole,interval}'::text[] LOOP
        EXECUTE format('CREATE DOMAIN pg_temp.%I AS pg_catalog.text CHECK (regress_efm_trap.caught(%L))', name, 'pg_temp.' || name);
        EXECUTE format('CREATE DOMAIN regress_efm_trap.%I AS pg_catalog.text CHECK (regress_efm_trap.caught(%L))', name, name);
    END LOOP;
END $$;
CREATE FUNCTION regress_efm_trap.format(pg_catalog.text, VARIADIC pg_catalog.text[]) RETURNS pg_catalog.text
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('format'); SELECT 'REVOKE ALL ON public.caught FROM nobody' $$;
CREATE FUNCTION regress_efm_trap.current_setting(pg_catalog.text) RETURNS pg_catalog.text
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('current_setting'); SELECT 'x' $$;
CREATE FUNCTION regress_efm_trap.now() RETURNS pg_catalog.timestamptz
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('now'); SELECT pg_catalog.now() $$;
CREATE FUNCTION regress_efm_trap.jsonb_agg(pg_catalog.jsonb) RETURNS pg_catalog.jsonb
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('jsonb_agg'); SELECT $1 $$;
CREATE FUNCTION regress_efm_trap.equal(pg_catalog.name, pg_catalog.name) RETURNS pg_catalog.bool
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('=') $$;
CREATE OPERATOR regress_efm_trap.= (FUNCTION = regress_efm_trap.equal, LEFTARG = pg_catalog.name, RIGHTARG = pg_catalog.name);
CREATE FUNCTION regress_efm_trap.earlier(pg_catalog.timestamptz, pg_catalog.timestamptz) RETURNS pg_catalog.bool
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('<=') $$;
CREATE OPERATOR regress_efm_trap.<= (FUNCTION = regress_efm_trap.earlier, LEFTARG = pg_catalog.timestamptz,
                                     RIGHTARG = pg_catalog.timestamptz);
-- of the same name as one of ours, and called by whoever names no schema
CREATE FUNCTION regress_efm_trap.efm_get_nodes() RETURNS SETOF pg_catalog.int4
    LANGUAGE sql AS $$ SELECT 1 WHERE regress_efm_trap.caught('efm_get_nodes') $$;
CREATE FUNCTION regress_efm_trap.efm_allow_node(pg_catalog.text) RETURNS pg_catalog.int4
    LANGUAGE sql AS $$ SELECT regress_efm_trap.caught('efm_allow_node'); SELECT 0 $$;
CREATE TEMPORARY TABLE pg_extension (extname pg_catalog.name, extversion pg_catalog.text);
CREATE TEMPORARY TABLE efm_status_history (LIKE efm_extension.efm_status_history);
CREATE TEMPORARY TABLE pg_roles (oid pg_catalog.oid, rolname pg_catalog.name);
GRANT ALL ON SCHEMA regress_efm_trap TO PUBLIC;
-- every function and view that the role may use, with the traps first in the path
SET search_path = pg_temp, regress_efm_trap, pg_catalog, efm_extension;
SET client_min_messages = error;
SELECT pg_catalog.count(*) FROM efm_extension.efm_get_nodes();
SELECT pg_catalog.count(*) FROM efm_extension.efm_nodes_details;
SELECT pg_catalog.count(*) > 0 FROM efm_extension.efm_metrics;
SELECT pg_catalog.length(efm_extension.efm_metrics_text()) > 0;
SELECT pg_catalog.jsonb_typeof(efm_extension.zabbix_node_discovery());
SELECT pg_catalog.count(*) FROM efm_extension.efm_status_at(pg_catalog.now());
SELECT pg_catalog.count(*) FROM efm_extension.efm_status_changes('{"nodes": {}}', '{"nodes": {}}');
SELECT pg_catalog.count(*) FROM efm_extension.efm_status_nodes('{"nodes": {}}');
SELECT pg_catalog.count(*) >= 0 FROM efm_extension.efm_status_history;
SELECT pg_catalog.count(*) >= 0 FROM efm_extension.efm_events;
SELECT pg_catalog.count(*) > 0 FROM efm_extension.efm_local_properties;
SELECT pg_catalog.count(*) > 0 FROM efm_extension.efm_preflight();
SELECT is_available FROM efm_extension.efm_is_available();
SELECT pg_catalog.count(*) FROM efm_extension.efm_worker_status();
RESET SESSION AUTHORIZATION;
-- and the rest of what SQL runs with its owner's rights, called by the owner with the same path
SET search_path = pg_temp, regress_efm_trap, pg_catalog, efm_extension;
SELECT efm_extension.grant_access_to_user('regress_efm_nobody');
SELECT efm_extension.revoke_access_from_user('regress_efm_nobody');
SELECT pg_catalog.count(*) > 0 FROM efm_extension.efm_check_setup();
SELECT efm_extension.cleanup_status_history(0);
RESET search_path;
RESET client_min_messages;
SELECT what, who FROM public.caught ORDER BY what COLLATE "C", who;
-- the trap does work where nobody pins a path
SET SESSION AUTHORIZATION regress_efm_monitor;
SET search_path = pg_temp, regress_efm_trap, pg_catalog;
SELECT efm_allow_node('10.0.0.80');
SELECT pg_catalog.count(*) FROM efm_get_nodes();
SELECT 'x'::text;
RESET search_path;
RESET SESSION AUTHORIZATION;
SELECT what, who FROM public.caught ORDER BY what COLLATE "C", who;
DISCARD TEMP;

-- W-26, W-27: who holds EXECUTE on grant_access_to_user, as release 1.0 gave it, can give away monitoring and no more.
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_guest;
GRANT EXECUTE ON FUNCTION efm_extension.grant_access_to_user(text) TO regress_efm_guest;
SET SESSION AUTHORIZATION regress_efm_guest;
SELECT efm_extension.grant_access_to_user('regress_efm_guest');
SELECT efm_extension.grant_access_to_user('regress_efm_guest; GRANT ALL ON ALL FUNCTIONS IN SCHEMA efm_extension TO PUBLIC');
RESET SESSION AUTHORIZATION;
SELECT count(*) AS may_call_more_than_a_monitor FROM pg_proc p
 WHERE p.pronamespace = 'efm_extension'::regnamespace AND p.proname <> 'grant_access_to_user'
   AND has_function_privilege('regress_efm_guest', p.oid, 'EXECUTE')
   AND NOT has_function_privilege('regress_efm_monitor', p.oid, 'EXECUTE')
   AND NOT has_function_privilege('regress_efm_operator', p.oid, 'EXECUTE');
SET SESSION AUTHORIZATION regress_efm_guest;
SELECT efm_extension.efm_failover();
RESET SESSION AUTHORIZATION;

-- as if the predecessor's 1.0 had given it everything: taken back with one call
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA efm_extension TO regress_efm_guest;
SELECT efm_extension.revoke_access_from_user('regress_efm_guest');
SELECT count(*) AS left_over FROM pg_proc p
 WHERE p.pronamespace = 'efm_extension'::regnamespace AND has_function_privilege('regress_efm_guest', p.oid, 'EXECUTE')
   AND NOT has_function_privilege('regress_efm_operator', p.oid, 'EXECUTE');

-- nothing has happened to the cluster
SELECT allowed_nodes FROM efm_extension.efm_cluster_info();

DROP VIEW public.allow_78, public.nodes, public.history;
DROP FUNCTION public.allow_wrapped(text), public.stop_wrapped(), public.stop_invoked();
SET client_min_messages = warning;
DROP SCHEMA regress_efm_trap CASCADE;
RESET client_min_messages;
DROP TABLE public.calls, public.caught;
DROP OWNED BY regress_efm_monitor, regress_efm_operator, regress_efm_oncall, regress_efm_nobody, regress_efm_heir,
    regress_efm_guest;
DROP ROLE regress_efm_monitor, regress_efm_operator, regress_efm_oncall, regress_efm_nobody, regress_efm_heir,
    regress_efm_guest;
