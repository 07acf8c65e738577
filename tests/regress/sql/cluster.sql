-- The cluster status as SQL values, and the cache that it comes from.
SET efm.cache_ttl = 300;
SELECT efm_extension.efm_invalidate_cache();

SELECT node_ip, node_type, agent_status, db_status, xlog_location, xlog_info, priority, is_promotable,
       last_updated <= clock_timestamp() AS has_time
  FROM efm_extension.efm_get_nodes();
SELECT node_address, received_lsn, replayed_lsn, lag_bytes, vip, vip_active FROM efm_extension.efm_get_nodes();
SELECT cluster_name, vip, membership_coordinator, minimum_standbys, total_nodes, allowed_nodes, failover_priority,
       messages, fetched_at <= clock_timestamp() AS has_time
  FROM efm_extension.efm_cluster_info();
SELECT jsonb_pretty(efm_extension.efm_cluster_status_json() -> 'nodes' -> '10.0.0.2');
SELECT efm_extension.efm_cluster_status_json() = status::jsonb AS same
  FROM efm_extension.efm_cluster_status('json') status;
SELECT node_ip, role, db_status, xlog, priority FROM efm_extension.efm_nodes_details;

-- Lag is counted as pg_lsn does.
SELECT node_address, lag_bytes, pg_wal_lsn_diff(first_value(replayed_lsn) OVER (), replayed_lsn) AS difference
  FROM efm_extension.efm_status_nodes('{"nodes": {
    "10.0.0.1": {"type": "Primary", "db": "UP", "lsn": "1/0"},
    "10.0.0.2": {"type": "Standby", "db": "UP", "lsn": "0/FFFFFF00"},
    "db3.example.com": {"type": "Standby", "db": "DOWN", "lsn": "UNKNOWN"},
    "10.0.0.4": {"type": "DOWN"}}}');
SELECT node_ip, node_address, agent_status, db_status, replayed_lsn
  FROM efm_extension.efm_status_nodes('{"nodes": {"db3.example.com": {"type": "Later"}, "::1": {"type": "DOWN", "db": "N/A"}}}');

-- What has changed between two statuses.
SELECT * FROM efm_extension.efm_status_changes(
    '{"nodes": {"a": {"type": "Primary", "db": "UP"}, "b": {"type": "Standby", "db": "UP"}}, "failoverpriority": ["b"]}',
    '{"nodes": {"b": {"type": "Primary", "db": "UP"}, "c": {"type": "Standby", "db": "DOWN"}}, "failoverpriority": []}');
SELECT * FROM efm_extension.efm_status_changes('{"nodes": {}}', '{"nodes": {}}');
SELECT efm_extension.efm_status_changes('{}', '{"nodes": {}}');

-- A cached answer is given again, until something changes the cluster.
SELECT cache_hits AS hits, cache_misses AS misses FROM efm_extension.efm_cache_stats() \gset before_
SELECT count(*) FROM efm_extension.efm_get_nodes();
SELECT count(*) FROM efm_extension.efm_get_nodes();
SELECT cache_hits - :before_hits AS hits, cache_misses - :before_misses AS misses, cache_ttl_seconds
  FROM efm_extension.efm_cache_stats();
SELECT efm_extension.efm_set_priority('10.0.0.3', '1');
SELECT node_ip, priority FROM efm_extension.efm_get_nodes() WHERE priority IS NOT NULL ORDER BY priority;
SELECT efm_extension.efm_set_priority('10.0.0.2', '1');
SELECT node_ip, priority FROM efm_extension.efm_get_nodes() WHERE priority IS NOT NULL ORDER BY priority;
SET efm.cache_ttl = 0;
SELECT cache_hits AS hits, cache_misses AS misses FROM efm_extension.efm_cache_stats() \gset before_
SELECT count(*) FROM efm_extension.efm_get_nodes();
SELECT cache_hits - :before_hits AS hits, cache_misses - :before_misses AS misses, cache_ttl_seconds
  FROM efm_extension.efm_cache_stats();
SET efm.cache_ttl = 300;

-- Monitoring.
SELECT metric_name, value, labels FROM efm_extension.efm_metrics
 WHERE metric_name !~ '^efm_(cache|command|worker|status|role|last|without)' ORDER BY metric_name, labels::text;
SELECT efm_extension.efm_metrics_text() LIKE E'# HELP efm_up %\n# TYPE efm_up gauge\nefm_up{cluster="efm"} 1\n%' AS is_text;
SELECT right(efm_extension.efm_metrics_text('openmetrics'), 6) = E'# EOF\n' AS has_end;
SELECT efm_extension.efm_metrics_text('xml');
SELECT jsonb_pretty(efm_extension.zabbix_node_discovery());
SELECT enabled, pid, state, polls FROM efm_extension.efm_worker_status();

-- The history, as the background worker writes it.
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary", "lsn": "0/1"}}}', '2026-01-01 00:00:00+00', 7);
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary", "lsn": "0/2"}}}', '2026-01-01 00:00:10+00', 7);
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary", "lsn": "0/2"}}}', '2026-01-01 00:00:10+00', 7);
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary", "lsn": "0/3"}}}', '2026-01-01 00:01:00+00', 7);
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Idle"}}}', '2026-01-01 00:01:10+00', 7);
SELECT status_json -> 'nodes' -> 'a' AS a, collected_at AT TIME ZONE 'UTC' AS collected_at,
       last_collected_at AT TIME ZONE 'UTC' AS last_collected_at, collections
  FROM efm_extension.efm_status_history ORDER BY id;
SELECT happened_at AT TIME ZONE 'UTC' AS happened_at, kind, node, old_value, new_value
  FROM efm_extension.efm_events ORDER BY id;
SELECT status_json -> 'nodes' -> 'a' ->> 'type' AS type FROM efm_extension.efm_status_at('2026-01-01 00:00:59+00');
SELECT status_json -> 'nodes' -> 'a' ->> 'type' AS type FROM efm_extension.efm_status_at('2026-01-01 00:02:00+00');
SELECT status_json FROM efm_extension.efm_status_at('2025-12-31 23:59:59+00');
SELECT efm_extension.cleanup_status_history(-1);
SELECT efm_extension.cleanup_status_history(0);
SELECT count(*) AS events FROM efm_extension.efm_events;
