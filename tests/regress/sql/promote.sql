-- efm_promote() and efm_preflight(), with every way in which a promotion can go. The fake's scenario is written anew for
-- each: it is the same file for all backends.
SET efm.cache_ttl = 0;
SELECT current_setting('efm.mock_scenario') AS scenario \gset
CREATE SEQUENCE pg_temp.cluster_number;

-- A healthy cluster that begins anew, with further keys. Its clock stands unless an event moves it, and the events are
-- counted by calls, so that what happens when does not depend on how fast the machine is.
CREATE PROCEDURE pg_temp.play(keys jsonb DEFAULT '{}') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT %L) TO %L', jsonb_build_object(
        'state_file', 'efm.state', 'seed', nextval('pg_temp.cluster_number'), 'clock', 'stepped', 'vip', '10.0.0.100',
        'nodes', '[{"address": "10.0.0.1", "role": "Primary"}, {"address": "10.0.0.2", "role": "Standby"},
                   {"address": "10.0.0.3", "role": "Standby"}, {"address": "10.0.0.4", "role": "Witness"}]'::jsonb)
        || keys, current_setting('efm.mock_scenario'));
    PERFORM efm_extension.efm_invalidate_cache();
END $$;
CREATE FUNCTION pg_temp.roles() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(node_address || ' ' || node_type, ', ' ORDER BY node_address COLLATE "C")
      FROM efm_extension.efm_get_nodes() $$;
-- The error of a statement. The path of the program is another one on each backend.
CREATE FUNCTION pg_temp.error_of(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    message := 'no error';
EXCEPTION WHEN OTHERS OR query_canceled THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    hint := replace(hint, current_setting('efm.command_path'), 'efm');
END $$;
\set VERBOSITY terse

-- in time
CALL pg_temp.play();
SELECT efm_extension.efm_promote();
SELECT pg_temp.roles();
CALL pg_temp.play();
SELECT efm_extension.efm_promote(switchover => true, wait_seconds => 30);
SELECT pg_temp.roles();

-- each step when it is seen, while the status fails once in the middle
CALL pg_temp.play('{"promotion_ms": 1000,
    "transitions": [{"event": "advance_clock", "ms": 350, "after_calls": {"count": 2, "subcommand": "cluster-status-json"}},
                    {"event": "advance_clock", "ms": 700, "after_calls": {"count": 4, "subcommand": "cluster-status-json"}}],
    "faults": [{"subcommand": "cluster-status-json", "after_calls": 2, "calls": 1, "errors": "out of order",
                "exit_status": 1}]}');
SELECT efm_extension.efm_promote(switchover => true);
SELECT pg_temp.roles();

-- late: it is there after the wait is over
CALL pg_temp.play('{"promotion_ms": 1000, "transitions": [
    {"event": "advance_clock", "ms": 2000, "after_calls": {"count": 1, "subcommand": "node-status-json"}}]}');
SELECT efm_extension.efm_promote(wait_seconds => 1);
SELECT pg_temp.roles();
SELECT efm_extension.efm_node_status_json() IS NOT NULL AS time_passes;
SELECT pg_temp.roles();

-- never: it sticks, or comes to nothing
CALL pg_temp.play('{"promotion_outcome": "sticks"}');
SELECT efm_extension.efm_promote(wait_seconds => 1);
SELECT pg_temp.roles();
CALL pg_temp.play('{"promotion_outcome": "fails"}');
\set VERBOSITY default
SET client_min_messages = warning;
SELECT efm_extension.efm_promote(wait_seconds => 1);
RESET client_min_messages;
\set VERBOSITY terse
SELECT pg_temp.roles();

-- not waited for
CALL pg_temp.play('{"promotion_ms": 1000}');
SELECT efm_extension.efm_promote(wait => false);
-- a second one at once
\x on
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote(switchover => true, force => true)');
\x off
SELECT pg_temp.roles();

-- refused
\x on
CALL pg_temp.play('{"failover_priority": [], "minimum_standbys": 3}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
CALL pg_temp.play('{"minimum_standbys": 2}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote(switchover => true)');
CALL pg_temp.play('{"minimum_standbys": 2, "efm_version": "5.4"}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote(switchover => true)');

-- needs force
SELECT '{"nodes": [{"address": "10.0.0.1", "role": "Primary", "replayed": "0/7000060"},
    {"address": "10.0.0.2", "role": "Standby", "received": "0/6FF0000", "replayed": "0/6A00028"}]}' AS behind \gset
CALL pg_temp.play(:'behind');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote(switchover => true, force => true)');
\x off
SELECT efm_extension.efm_promote(force => true);
SELECT pg_temp.roles();
-- the virtual IP address of a primary whose agent is gone
\x on
CALL pg_temp.play('{"local_node": "10.0.0.2", "nodes": [{"address": "10.0.0.1", "role": "Primary", "agent": "DOWN"},
    {"address": "10.0.0.2", "role": "Standby"}]}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
\x off
SELECT efm_extension.efm_promote(force => true);
SELECT pg_temp.roles();
-- a question that nobody knows is not forced
\x on
CALL pg_temp.play('{"faults": [{"subcommand": "promote", "question": "The moon is full. Continue? [y/N]:"}]}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote(force => true)');
\x off
SELECT pg_temp.roles();

-- somebody was quicker: the expected primary
CALL pg_temp.play();
SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1');
\x on
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')$$);
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => '10.0.0.9')$$);
\x off
SELECT pg_temp.roles();
CALL pg_temp.play('{"nodes": [{"address": "10.0.0.1", "role": "Idle"}, {"address": "10.0.0.2", "role": "Standby"}]}');
\x on
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')$$);
-- of two primaries neither is the expected one
CALL pg_temp.play('{"nodes": [{"address": "10.0.0.1", "role": "Primary"}, {"address": "10.0.0.2", "role": "Primary"},
    {"address": "10.0.0.3", "role": "Standby"}]}');
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')$$);
-- however its address is spelled
CALL pg_temp.play('{"nodes": [{"address": "fd00::1", "role": "Primary"}, {"address": "fd00::2", "role": "Standby"}]}');
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => 'FD00:0:0::1')$$);
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => 'FD00:0:0::1')$$);
-- nor where nobody knows
CALL pg_temp.play('{"faults": [{"subcommand": "cluster-status-json", "errors": "out of order", "exit_status": 1}]}');
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')$$);
\x off

-- what becomes of it cannot be known: the status is gone, before or after
CALL pg_temp.play('{"faults": [{"subcommand": "cluster-status-json", "after_calls": 1, "errors": "out of order",
    "exit_status": 1}]}');
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT efm_extension.efm_promote(wait_seconds => 1);
RESET client_min_messages;
CALL pg_temp.play('{"faults": [{"subcommand": "cluster-status-json", "calls": 1, "errors": "out of order",
    "exit_status": 1}]}');
\set VERBOSITY terse
SELECT efm_extension.efm_promote(wait_seconds => 1);
\set VERBOSITY default
-- EFM has accepted it, and the command fails all the same
\x on
CALL pg_temp.play('{"faults": [{"subcommand": "promote", "exit_status": 1}]}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
CALL pg_temp.play('{"faults": [{"subcommand": "promote", "exit_status": 137, "output": ""}]}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
\x off

-- the node whose settings the old primary gets
\set VERBOSITY terse
CALL pg_temp.play();
\x on
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(switchover => true, source_node => '10.0.0.4')$$);
SELECT * FROM pg_temp.error_of($$SELECT efm_extension.efm_promote(source_node => '10.0.0.3')$$);
\x off
SELECT efm_extension.efm_promote(switchover => true, source_node => '10.0.0.3', quiet => true, run_scripts => false);

-- arguments
\set VERBOSITY default
SELECT efm_extension.efm_promote(wait_seconds => 0);
SELECT efm_extension.efm_promote(wait_seconds => -1);
\echo :LAST_ERROR_SQLSTATE
SELECT efm_extension.efm_promote(wait_seconds => NULL);
SELECT efm_extension.efm_promote(wait => NULL);
SELECT efm_extension.efm_promote(switchover => NULL);
SELECT efm_extension.efm_promote(quiet => NULL);
SELECT efm_extension.efm_promote(run_scripts => NULL);
SELECT efm_extension.efm_promote(force => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT efm_extension.efm_promote(switchover => true, source_node => '-noscripts');
SELECT efm_extension.efm_promote(switchover => true, source_node => '');
SELECT efm_extension.efm_promote(expected_primary => 'db1; rm');
\echo :LAST_ERROR_SQLSTATE
-- nothing of this came to EFM
CALL pg_temp.play();
SELECT pg_temp.roles();

-- no agent, no right
\x on
CALL pg_temp.play('{"agent_running": false}');
SELECT * FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
SELECT state, message FROM pg_temp.error_of('SELECT * FROM efm_extension.efm_preflight()');
CALL pg_temp.play('{"authorized": false}');
SELECT state, message, detail FROM pg_temp.error_of('SELECT efm_extension.efm_promote()');
\x off

-- before it
CALL pg_temp.play();
SELECT * FROM efm_extension.efm_preflight();
SELECT "check", passed, detail FROM efm_extension.efm_preflight(false);
CALL pg_temp.play(:'behind');
SELECT * FROM efm_extension.efm_preflight(true) WHERE NOT passed;
SELECT * FROM efm_extension.efm_preflight(false) WHERE NOT passed;
SELECT efm_extension.efm_preflight(NULL);

-- a role that may promote and nothing else
CREATE ROLE regress_efm_on_call;
SET ROLE regress_efm_on_call;
SELECT efm_extension.efm_promote();
RESET ROLE;
GRANT USAGE ON SCHEMA efm_extension TO regress_efm_on_call;
SET ROLE regress_efm_on_call;
SELECT efm_extension.efm_promote();
SELECT efm_extension.efm_preflight();
RESET ROLE;
GRANT EXECUTE ON FUNCTION efm_extension.efm_promote TO regress_efm_on_call;
CALL pg_temp.play();
\set VERBOSITY terse
SET ROLE regress_efm_on_call;
SELECT efm_extension.efm_promote();
SELECT efm_extension.efm_failover();
RESET ROLE;
DROP OWNED BY regress_efm_on_call;
DROP ROLE regress_efm_on_call;
