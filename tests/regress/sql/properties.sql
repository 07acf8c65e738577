-- The properties file: read as Java reads it, values whole, secrets masked, and a clear word when it cannot be read.
SELECT * FROM efm_extension.efm_local_properties;
SELECT efm_extension.efm_list_properties();
SET efm.cluster_name = 'missing';
\set VERBOSITY sqlstate
SELECT * FROM efm_extension.efm_local_properties;
SELECT * FROM efm_extension.efm_list_properties();
SET efm.properties_location = '';
\set VERBOSITY default
SELECT * FROM efm_extension.efm_local_properties;
