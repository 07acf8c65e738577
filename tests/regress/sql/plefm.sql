-- The language: what a body may say, what is refused when the function is created, what comes back.
CREATE SCHEMA ops;

-- every return type
CREATE FUNCTION ops.as_integer() RETURNS integer LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.as_boolean() RETURNS boolean LANGUAGE plefm AS 'cluster-status {cluster}';
CREATE FUNCTION ops.as_text() RETURNS text LANGUAGE plefm AS 'node-status-json {cluster}';
CREATE FUNCTION ops.as_lines() RETURNS SETOF text LANGUAGE plefm AS 'cluster-status {cluster}';
CREATE FUNCTION ops.as_json() RETURNS json LANGUAGE plefm AS 'node-status-json {cluster}';
CREATE FUNCTION ops.as_jsonb() RETURNS jsonb LANGUAGE plefm AS 'node-status-json {cluster}';
CREATE FUNCTION ops.as_nothing() RETURNS void LANGUAGE plefm AS 'cluster-status {cluster}';
CREATE FUNCTION ops.as_result() RETURNS efm_extension.efm_command_result LANGUAGE plefm AS 'node-status-json {cluster}';
CREATE PROCEDURE ops.as_procedure() LANGUAGE plefm AS 'cluster-status {cluster}';
SELECT ops.as_boolean(), ops.as_text(), ops.as_json(), ops.as_jsonb();
SELECT count(*) > 5 AS has_lines FROM ops.as_lines();
SELECT ops.as_nothing();
CALL ops.as_procedure();
SELECT outcome, exit_status, signal, output, errors, elapsed > '0' AS took_time, sqlstate, message, detail FROM ops.as_result();
SELECT command_line[array_length(command_line, 1) - 1:] FROM ops.as_result();
-- output that is no JSON
CREATE FUNCTION ops.no_json() RETURNS jsonb LANGUAGE plefm AS 'cluster-status {cluster}';
\set VERBOSITY terse
SELECT ops.no_json();
\set VERBOSITY default

-- arguments: by name, by number, checked by kind, optional groups, booleans as switches
CREATE FUNCTION ops.set_priority(node inet, integer) RETURNS integer LANGUAGE plefm
    AS 'set-priority {cluster} {node} {2:priority}';
SELECT ops.set_priority('10.0.0.2', 1);
SELECT ops.set_priority('10.0.0.0/24', 1);
SELECT ops.set_priority('10.0.0.2', -1);
SELECT ops.set_priority('10.0.0.2', NULL);
CREATE FUNCTION ops.move_primary(source inet, quiet boolean) RETURNS text LANGUAGE plefm
    AS 'promote {cluster} -switchover [-sourcenode {source}] [{quiet} -quiet]';
SELECT prosrc FROM pg_proc WHERE oid = 'ops.move_primary'::regproc;
CREATE DOMAIN ops.node_address AS text CHECK (VALUE <> '10.9.9.9');
CREATE FUNCTION ops.allow(node ops.node_address) RETURNS integer LANGUAGE plefm AS 'allow-node {cluster} {node:address}';
SELECT ops.allow('10.0.0.6');
SELECT ops.allow('10.9.9.9');
CREATE FUNCTION ops.disallow(node ops.node_address) RETURNS integer LANGUAGE plefm AS 'disallow-node {cluster} ''{''"{"[{node:address}]';
SELECT ops.disallow(NULL);
DROP FUNCTION ops.disallow;
CREATE FUNCTION ops.disallow(node ops.node_address) RETURNS integer LANGUAGE plefm AS $$ disallow-node	{cluster}
    {node:address} $$;
SELECT ops.disallow('10.0.0.6');
-- values that could be taken for something else
CREATE FUNCTION ops.any_text(value text) RETURNS integer LANGUAGE plefm AS 'allow-node {cluster} {value}';
SELECT ops.any_text('-switchover');
SELECT ops.any_text('');
SELECT ops.any_text(E'a\tb');
SELECT ops.any_text(E'a\x7f');
CREATE FUNCTION ops.one_word(value text) RETURNS integer LANGUAGE plefm AS 'allow-node {cluster} {value:word}';
SELECT ops.one_word('a b');

-- refused when created, with a position where there is one
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS '';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS '   ';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS 'resume';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS '-switchover {cluster}';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS '{cluster} resume';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS 'resume efm';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS 'resume {cluster} {nobody}';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {2}';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a:colour}';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} a}';
CREATE FUNCTION ops.bad() RETURNS text LANGUAGE plefm AS 'resume {cluster} "abc';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} [{a}';
CREATE FUNCTION ops.bad(a text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}]';
CREATE FUNCTION ops.bad(a text, b text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(a boolean) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(a point) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(a text[]) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(VARIADIC a text[]) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(a anyelement) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
CREATE FUNCTION ops.bad(OUT a text) RETURNS text LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS point LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS SETOF integer LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS TABLE (a text) LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS record LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS trigger LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS event_trigger LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS text IMMUTABLE LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS text STABLE LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad() RETURNS integer WINDOW LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION ops.bad(a char(5)) RETURNS text LANGUAGE plefm AS 'resume {cluster} {a}';
-- a result type that somebody has changed is not filled
BEGIN;
ALTER TYPE efm_extension.efm_command_result ALTER ATTRIBUTE exit_status TYPE text;
SELECT ops.as_result();
ROLLBACK;
-- a dump is restored with check_function_bodies off: the body is checked when the function is called, the types at once
SET check_function_bodies = off;
CREATE FUNCTION ops.unchecked() RETURNS text LANGUAGE plefm AS 'resume {nobody}';
CREATE FUNCTION ops.bad() RETURNS trigger LANGUAGE plefm AS 'resume {cluster}';
RESET check_function_bodies;
SELECT ops.unchecked();

-- an error names its function, in a nested call too
CREATE FUNCTION ops.outer_function() RETURNS integer LANGUAGE plpgsql AS
    $$ BEGIN RETURN efm_extension.efm_allow_node('nobody'); END $$;
SELECT ops.outer_function();
-- and can be caught like any other
DO $$ BEGIN PERFORM efm_extension.efm_allow_node('nobody');
EXCEPTION WHEN invalid_parameter_value THEN RAISE NOTICE 'caught: %', SQLERRM; END $$;

-- a function that is replaced is compiled again
CREATE FUNCTION ops.changing() RETURNS text LANGUAGE plefm AS 'node-status-json {cluster}';
CREATE FUNCTION ops.call_twice() RETURNS SETOF boolean LANGUAGE plpgsql AS $$
BEGIN
    FOR round IN 1 .. 2 LOOP
        RETURN NEXT length(ops.changing()) > 200;
        CREATE OR REPLACE FUNCTION ops.changing() RETURNS text LANGUAGE plefm AS 'cluster-status-json {cluster}';
    END LOOP;
END $$;
SELECT ops.call_twice();

-- DO
DO LANGUAGE plefm 'node-status-json {cluster}';
DO LANGUAGE plefm 'node-status-json {cluster} {nobody}';
DO LANGUAGE plefm '';

-- the language is for superusers, its functions for whom they are granted to
CREATE ROLE regress_efm_developer;
GRANT CREATE, USAGE ON SCHEMA ops TO regress_efm_developer;
SET ROLE regress_efm_developer;
CREATE FUNCTION ops.mine() RETURNS text LANGUAGE plefm AS 'cluster-status {cluster}';
DO LANGUAGE plefm 'cluster-status {cluster}';
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA ops CASCADE;
DROP ROLE regress_efm_developer;
