-- One session of a herd: waits until all are there, reads the status once, and notes when it began and ended.
SELECT pg_advisory_lock_shared(1);
INSERT INTO herd
SELECT began, clock_timestamp(), nodes
  FROM (SELECT clock_timestamp() AS began) b, LATERAL (SELECT count(*) AS nodes FROM efm_extension.efm_get_nodes() WHERE began IS NOT NULL) n;
