-- What EFM reports comes through line by line; NULL asks nothing; another output type is refused.
SELECT efm_extension.efm_cluster_status('text');
SELECT efm_extension.efm_cluster_status('json');
SELECT count(*) FROM efm_extension.efm_cluster_status(NULL);
SELECT efm_extension.efm_cluster_status('xml');
SELECT efm_extension.efm_cluster_status('TEXT');
SELECT efm_extension.efm_cluster_status('');
SELECT efm_extension.efm_node_status_json();
SELECT efm_extension.efm_cluster_status(output_type => 'json')::jsonb -> 'failoverpriority';
SELECT * FROM efm_extension.efm_is_available();
-- a set is a set wherever it stands
SELECT line FROM efm_extension.efm_cluster_status('text') WITH ORDINALITY AS status(line, number) WHERE number = 1;
