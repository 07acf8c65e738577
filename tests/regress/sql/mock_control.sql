-- Hands on the fake EFM: for superusers, and on the backend mock, which this test sets itself, with a scenario of its
-- own: so the answers are the same whatever backend the other tests are run on.
SET efm.backend = 'direct';
SELECT efm_extension.efm_mock_reset();
SELECT efm_extension.efm_mock_event('{}');
SELECT efm_extension.efm_mock_state();
SELECT * FROM efm_extension.efm_mock_calls();
\echo :LAST_ERROR_SQLSTATE

SET efm.backend = 'mock';
SET efm.cluster_name = 'shop';
SET efm.cache_ttl = 0;
SELECT current_setting('data_directory') || '/regress_mock.json' AS scenario,
       current_setting('data_directory') || '/regress_mock_broken.json' AS broken \gset
COPY (SELECT '{"state_file": "regress_mock.state", "clock": "stepped", "nodes": ['
             '{"address": "192.0.2.1", "role": "Primary"}, {"address": "192.0.2.2", "role": "Standby"}]}') TO :'scenario';
COPY (SELECT '{"nodes": [], "nods": 1}') TO :'broken';
CREATE FUNCTION pg_temp.nodes() RETURNS TABLE (address text, role text, database text, replayed text) LANGUAGE sql AS $$
    SELECT n ->> 'address', n ->> 'role', n ->> 'database', n ->> 'replayed'
      FROM jsonb_array_elements(efm_extension.efm_mock_state() -> 'nodes') n $$;

-- a scenario is chosen for the session, and for good only when the transaction is
BEGIN;
SELECT efm_extension.efm_mock_reset(:'scenario');
ROLLBACK;
SELECT current_setting('efm.mock_scenario') = :'scenario' AS is_chosen;
SELECT efm_extension.efm_mock_reset(:'scenario');
SELECT current_setting('efm.mock_scenario') = :'scenario' AS is_chosen;
SELECT * FROM pg_temp.nodes();
-- what is left to chance comes from a seed, which is told
SELECT current_setting('data_directory') || '/regress_mock_chance.json' AS chance \gset
COPY (SELECT '{"state_file": "regress_mock_chance.state", "seed": 42, "nodes": [{"address": "192.0.2.1", "role": "Primary"}],'
             ' "faults": [{"chance": 0.5, "exit_status": 1}]}') TO :'chance';
SELECT efm_extension.efm_mock_reset(:'chance');
SELECT efm_extension.efm_mock_reset(:'scenario');

-- what happens to the cluster is what efm shows
SELECT efm_extension.efm_mock_event('{"event": "database_fails", "node": "192.0.2.2", "declared_after_ms": 5000}');
SELECT * FROM pg_temp.nodes();
SELECT efm_extension.efm_mock_event('{"event": "advance_clock", "ms": 60000}');
SELECT efm_extension.efm_mock_state() -> 'clock' ->> 'now_ms' AS now_ms;
SELECT efm_extension.efm_cluster_status('json')::jsonb #>> '{nodes,192.0.2.2,db}' AS database;

-- a mistake changes nothing
SELECT efm_extension.efm_mock_event('{"event": "database_fails", "node": "192.0.2.9", "often": true}');
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY terse
SELECT efm_extension.efm_mock_event('{"event": "earthquake"}');
\set VERBOSITY default
SELECT efm_extension.efm_mock_event('[]');
SELECT efm_extension.efm_mock_event(NULL) IS NULL AS is_null;
SELECT efm_extension.efm_mock_state() -> 'clock' ->> 'now_ms' AS now_ms;

-- the calls, as they came
SELECT efm_extension.efm_allow_node('192.0.2.3');
SELECT call ->> 'subcommand' AS subcommand, call ->> 'cluster' AS cluster, call -> 'arguments' AS arguments,
       call ->> 'time_ms' AS time_ms, call ->> 'exit_status' AS exit_status
  FROM efm_extension.efm_mock_calls() AS call;
SELECT efm_extension.efm_mock_reset();
SELECT count(*) FROM efm_extension.efm_mock_calls();

-- a scenario that is none
SELECT efm_extension.efm_mock_reset('regress_mock.json');
\set VERBOSITY terse
SELECT efm_extension.efm_mock_reset(:'broken');
\set VERBOSITY default
\echo :LAST_ERROR_SQLSTATE
SELECT current_setting('efm.mock_scenario') = :'scenario' AS is_chosen;

-- nobody else, whatever he is granted
CREATE ROLE regress_efm_hands;
SELECT efm_extension.grant_access_to_user('regress_efm_hands');
SET ROLE regress_efm_hands;
SELECT efm_extension.efm_mock_state();
RESET ROLE;
GRANT EXECUTE ON FUNCTION efm_extension.efm_mock_reset(text), efm_extension.efm_mock_event(jsonb),
    efm_extension.efm_mock_state(), efm_extension.efm_mock_calls() TO regress_efm_hands;
SET ROLE regress_efm_hands;
SELECT efm_extension.efm_mock_reset();
SELECT efm_extension.efm_mock_event('{}');
SELECT efm_extension.efm_mock_state();
SELECT * FROM efm_extension.efm_mock_calls();
RESET ROLE;
DROP OWNED BY regress_efm_hands;
DROP ROLE regress_efm_hands;
