-- Calls that succeed, that fail and that change the state, in one session; then what the backend holds is compared with
-- what it held after a warm-up. Prints `passed ...` or `failed ...` lines. Needs the psql variable `calls`.
CREATE EXTENSION IF NOT EXISTS efm_extension;
SELECT set_config('leak.calls', :'calls', false) \g /dev/null

CREATE TEMPORARY TABLE held (moment text, descriptors bigint, memory_kb bigint, children text);

CREATE FUNCTION pg_temp.measure(moment text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO held
    SELECT moment,
           (SELECT count(*) FROM pg_ls_dir('/proc/self/fd')),
           (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\s*(\d+)'))[1]::bigint,
           trim(pg_read_file(format('/proc/self/task/%s/children', pg_backend_pid())), E' \n')
$$;

CREATE PROCEDURE pg_temp.call_often(calls integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR number IN 1 .. calls LOOP
        PERFORM efm_extension.efm_node_status_json();
        IF number % 10 = 0 THEN
            PERFORM efm_extension.efm_set_priority('10.0.0.3', (number / 10 % 2 + 1)::text);
            BEGIN
                -- No node of the cluster: the command runs and fails.
                PERFORM efm_extension.efm_set_priority('10.9.9.9', '1');
                RAISE EXCEPTION 'a command that fails was taken for a success';
            EXCEPTION WHEN external_routine_exception OR object_not_in_prerequisite_state OR invalid_parameter_value THEN
                NULL;
            END;
            COMMIT;
        END IF;
    END LOOP;
END
$$;

-- What measuring itself opens, for this table and its like, is open before it counts.
SELECT pg_temp.measure('never mind') \g /dev/null
CALL pg_temp.call_often(greatest(current_setting('leak.calls')::integer / 10, 300));
SELECT pg_temp.measure('before') \g /dev/null
CALL pg_temp.call_often(current_setting('leak.calls')::integer);
SELECT pg_temp.measure('after') \g /dev/null

WITH compared AS (
    SELECT b.descriptors AS descriptors_before, a.descriptors AS descriptors_after,
           b.memory_kb AS memory_before, a.memory_kb AS memory_after, a.children AS children_after
    FROM held b, held a WHERE b.moment = 'before' AND a.moment = 'after')
SELECT CASE WHEN descriptors_after <= descriptors_before THEN 'passed' ELSE 'failed' END ||
       format(' descriptors: %s before, %s after %s calls', descriptors_before, descriptors_after, :'calls')
FROM compared
UNION ALL
-- The allocator may take a little more while the calls find their sizes: half a megabyte is no leak of every call.
SELECT CASE WHEN memory_after - memory_before <= 512 THEN 'passed' ELSE 'failed' END ||
       format(' memory: %s kB before, %s kB after %s calls', memory_before, memory_after, :'calls')
FROM compared
UNION ALL
SELECT CASE WHEN children_after = '' THEN 'passed' ELSE 'failed' END ||
       format(' processes: %s after %s calls', coalesce(nullif(children_after, ''), 'none'), :'calls')
FROM compared;
