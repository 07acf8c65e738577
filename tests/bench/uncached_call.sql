-- What a call costs that runs a program which does nothing, against its floor: a bare posix_spawn and wait of the very
-- same argument vector, in the same backend, in turns of ten, so that whatever else the machine does falls on both.
-- Needs the psql variables `floor_module`, `calls` and `megabytes` (of private memory); prints one row of a table.
\set QUIET on
SELECT set_config('bench.calls', :'calls', false) \g /dev/null
CREATE FUNCTION pg_temp.spawn(command_line text[], count integer) RETURNS float8[]
    LANGUAGE c STRICT AS :'floor_module', 'efm_bench_spawn';
CREATE FUNCTION pg_temp.take_memory(megabytes integer) RETURNS void
    LANGUAGE c STRICT AS :'floor_module', 'efm_bench_private_memory';
CREATE TEMPORARY TABLE measured (what text, microseconds float8);

SELECT pg_temp.take_memory(:megabytes) WHERE :megabytes > 0 \g /dev/null

DO $$
DECLARE
    words text[] := efm_extension.efm_command_line('encrypt');
    began timestamptz;
BEGIN
    FOR round IN 0 .. current_setting('bench.calls')::integer / 10 LOOP
        INSERT INTO measured SELECT 'floor', unnest(pg_temp.spawn(words, 10));
        FOR number IN 1 .. 10 LOOP
            began := clock_timestamp();
            PERFORM bench_nothing();
            INSERT INTO measured VALUES ('call', extract(epoch FROM clock_timestamp() - began) * 1000000);
        END LOOP;
        -- The first round is the warm-up.
        IF round = 0 THEN
            DELETE FROM measured;
        END IF;
    END LOOP;
END
$$;

SELECT format('%-8s %8s MB %10s %10s %10s %10s %8s', current_setting('efm.backend'), :megabytes,
              round(floor_median), round(call_median), round(floor_tenth), round(call_tenth),
              round((call_median / floor_median)::numeric, 3))
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'floor') AS floor_median,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'call') AS call_median,
             percentile_cont(0.1) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'floor') AS floor_tenth,
             percentile_cont(0.1) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'call') AS call_tenth
      FROM measured) AS times;
