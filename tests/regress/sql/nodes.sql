-- Allowing, disallowing, priorities: what EFM is told shows in its status; a bad value is refused before anything runs.
CREATE FUNCTION pg_temp.status() RETURNS jsonb LANGUAGE sql
    AS $$ SELECT efm_extension.efm_cluster_status('json')::jsonb $$;

SELECT efm_extension.efm_allow_node('10.0.0.5');
SELECT pg_temp.status() -> 'allowednodes' ? '10.0.0.5' AS allowed;
SELECT efm_extension.efm_disallow_node(ip_address => '10.0.0.5');
SELECT pg_temp.status() -> 'allowednodes' ? '10.0.0.5' AS allowed;
SELECT efm_extension.efm_allow_node('2001:db8::5');
SELECT pg_temp.status() -> 'allowednodes' ? '2001:db8::5' AS allowed;
SELECT efm_extension.efm_disallow_node('2001:db8::5');

SELECT pg_temp.status() -> 'failoverpriority' AS before;
SELECT efm_extension.efm_set_priority('10.0.0.3', '1');
SELECT pg_temp.status() -> 'failoverpriority' AS after;
SELECT efm_extension.efm_set_priority(ip_address => '10.0.0.3', priority => '0');
SELECT pg_temp.status() -> 'failoverpriority' AS never;
SELECT efm_extension.efm_set_priority('10.0.0.3', '002');
SELECT pg_temp.status() -> 'failoverpriority' AS back;

-- bad addresses
SELECT efm_extension.efm_allow_node('not-an-ip');
SELECT efm_extension.efm_allow_node('999.1.1.1');
SELECT efm_extension.efm_allow_node('10.0.0.01');
SELECT efm_extension.efm_allow_node('');
SELECT efm_extension.efm_allow_node(repeat('1', 300));
SELECT efm_extension.efm_allow_node('-switchover');
SELECT efm_extension.efm_allow_node('10.0.0.1; rm');
SELECT efm_extension.efm_allow_node(E'10.0.0.1\n');
SELECT efm_extension.efm_allow_node('10.0.0.1/32');
SELECT efm_extension.efm_allow_node('fe80::1%eth0');
SELECT efm_extension.efm_allow_node(' 10.0.0.1');
SELECT efm_extension.efm_disallow_node('10.0.0.256');
SELECT efm_extension.efm_set_priority('10.0.0', '1');
SELECT efm_extension.efm_allow_node(NULL) IS NULL AS nothing_ran;
-- bad priorities
SELECT efm_extension.efm_set_priority('10.0.0.3', 'abc');
SELECT efm_extension.efm_set_priority('10.0.0.3', '-1');
SELECT efm_extension.efm_set_priority('10.0.0.3', '1000');
SELECT efm_extension.efm_set_priority('10.0.0.3', '1e2');
SELECT efm_extension.efm_set_priority('10.0.0.3', '');
SELECT efm_extension.efm_set_priority('10.0.0.3', NULL) IS NULL AS nothing_ran;
-- none of them changed anything
SELECT pg_temp.status() -> 'allowednodes' AS allowed, pg_temp.status() -> 'failoverpriority' AS priority;

-- host names, where the site uses them
SELECT efm_extension.efm_allow_node('db5.example.org');
SET efm.allow_host_names = on;
SELECT efm_extension.efm_allow_node('db5.example.org');
SELECT efm_extension.efm_allow_node('-db5');
SELECT efm_extension.efm_disallow_node('db5.example.org');
RESET efm.allow_host_names;
