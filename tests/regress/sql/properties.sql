-- The properties file: read as Java reads it, secrets masked, and a clear word when it cannot be read.
\getenv directory EFM_TEST_PROPERTIES
SET efm.properties_location = :'directory';
SELECT * FROM efm_extension.efm_local_properties;
SELECT efm_extension.efm_list_properties();
\set VERBOSITY sqlstate
SET efm.cluster_name = 'missing';
SELECT * FROM efm_extension.efm_local_properties;
SET efm.cluster_name = 'closed';
SELECT * FROM efm_extension.efm_local_properties;
SET efm.cluster_name = 'fifo';
SELECT * FROM efm_extension.efm_local_properties;
SET efm.cluster_name = 'folder';
SELECT * FROM efm_extension.efm_local_properties;
SET efm.cluster_name = 'malformed';
SELECT * FROM efm_extension.efm_local_properties;
