-- Failover, resume and switchover, as the cluster shows them afterwards.
CREATE FUNCTION pg_temp.roles() RETURNS TABLE (address text, role text, database text) LANGUAGE sql AS $$
    SELECT key, value ->> 'type', value ->> 'db'
      FROM jsonb_each((SELECT efm_extension.efm_cluster_status('json')::jsonb -> 'nodes')) ORDER BY key COLLATE "C" $$;
SELECT * FROM pg_temp.roles();
-- the agent of this host watches its database: nothing to resume
SELECT efm_extension.efm_resume_monitoring();
SELECT efm_extension.efm_failover();
SELECT * FROM pg_temp.roles();
SELECT efm_extension.efm_node_status_json();
-- after a failover the old primary waits for somebody
SELECT efm_extension.efm_resume_monitoring();
SELECT * FROM pg_temp.roles();
SELECT efm_extension.efm_switchover();
SELECT * FROM pg_temp.roles();
SELECT efm_extension.efm_reset_members();
-- the last: agents exit, and the next command says so
SELECT efm_extension.efm_stop_cluster();
SELECT efm_extension.efm_allow_node('10.0.0.5');
SELECT is_available FROM efm_extension.efm_is_available();
