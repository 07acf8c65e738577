-- What a cached read costs against its floor, in one session, in turns of a hundred rounds: the status as jsonb against a
-- C function that returns a palloc'd copy of the same jsonb and is SECURITY DEFINER too, and the nodes as rows
-- against jsonb_to_recordset over the same rows. Needs the psql variables `floor_module`, `nodes` and `calls`; prints two
-- rows of a table.
\set QUIET on
SELECT set_config('bench.calls', :'calls', false) \g /dev/null
CREATE FUNCTION pg_temp.keep(value jsonb) RETURNS void LANGUAGE c STRICT AS :'floor_module', 'efm_bench_keep_jsonb';
CREATE FUNCTION pg_temp.kept() RETURNS jsonb LANGUAGE c VOLATILE STRICT SECURITY DEFINER
    AS :'floor_module', 'efm_bench_kept_jsonb';
CREATE TEMPORARY TABLE measured (what text, microseconds float8);
SELECT pg_temp.keep(efm_extension.efm_cluster_status_json()) \g /dev/null
CREATE TEMPORARY TABLE same_rows AS SELECT jsonb_agg(to_jsonb(n)) AS rows FROM efm_extension.efm_get_nodes() n;

DO $$
DECLARE
    calls integer := current_setting('bench.calls');
    rows_calls integer := greatest(calls / 10, 1);
    same jsonb := (SELECT rows FROM same_rows);
    began timestamptz;
BEGIN
    FOR round IN 0 .. 100 LOOP
        began := clock_timestamp();
        PERFORM count(pg_temp.kept()) FROM generate_series(1, calls);
        INSERT INTO measured VALUES ('jsonb floor', extract(epoch FROM clock_timestamp() - began) * 1000000 / calls);
        began := clock_timestamp();
        PERFORM count(efm_extension.efm_cluster_status_json()) FROM generate_series(1, calls);
        INSERT INTO measured VALUES ('jsonb call', extract(epoch FROM clock_timestamp() - began) * 1000000 / calls);
        began := clock_timestamp();
        FOR number IN 1 .. rows_calls LOOP
            PERFORM count(r.node_type) FROM jsonb_to_recordset(same) AS r(node_ip inet, node_type text,
                agent_status text, db_status text, xlog_location text, xlog_info text, priority integer,
                is_promotable boolean, last_updated timestamptz, node_address text, received_lsn pg_lsn,
                replayed_lsn pg_lsn, lag_bytes bigint, vip text, vip_active boolean);
        END LOOP;
        INSERT INTO measured VALUES ('rows floor', extract(epoch FROM clock_timestamp() - began) * 1000000 / rows_calls);
        began := clock_timestamp();
        FOR number IN 1 .. rows_calls LOOP
            PERFORM count(n.node_type) FROM efm_extension.efm_get_nodes() n;
        END LOOP;
        INSERT INTO measured VALUES ('rows call', extract(epoch FROM clock_timestamp() - began) * 1000000 / rows_calls);
        -- The first round is the warm-up.
        IF round = 0 THEN
            DELETE FROM measured;
        END IF;
    END LOOP;
END
$$;

SELECT format('%-28s %7s %10s %10s %8s', name, :nodes, round(floor::numeric, 2), round(call::numeric, 2),
              round((call / floor)::numeric, 3))
FROM (SELECT 1 AS place, 'efm_cluster_status_json()' AS name,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'jsonb floor') AS floor,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'jsonb call') AS call
      FROM measured
      UNION ALL
      SELECT 2, 'efm_get_nodes()',
             percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'rows floor'),
             percentile_cont(0.5) WITHIN GROUP (ORDER BY microseconds) FILTER (WHERE what = 'rows call')
      FROM measured) AS times
ORDER BY place;
