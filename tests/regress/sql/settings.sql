-- A bad value is refused when it is set, with what would be accepted; what is missing is said when it is needed.
SET efm.backend = 'x';
SET efm.cluster_name = 'bad name';
SET efm.cluster_name = '-efm';
SET efm.cluster_name = 'efm;id';
SET efm.cluster_name = 'efm.properties';
SET efm.command_path = 'efm';
SET efm.command_path = E'/usr/bin/efm\n';
SET efm.sudo_path = 'sudo';
SET efm.sudo_user = '-u';
SET efm.sudo_user = 'a b';
SET efm.sudo_user = '';
SET efm.properties_location = 'etc';
SET efm.java_home = 'java';
SET efm.mock_scenario = 'healthy.json';
SET efm.no_such_setting = 1;
-- the limits; the message about them is not the same in all majors
\set VERBOSITY sqlstate
SET efm.command_timeout = 0;
SET efm.command_timeout = '-1';
SET efm.max_output = 0;
\set VERBOSITY default
SELECT name, min_val, max_val, unit FROM pg_settings WHERE name IN ('efm.command_timeout', 'efm.max_output') ORDER BY name;
-- units
SET efm.command_timeout = '1500ms';
SHOW efm.command_timeout;
SET efm.command_timeout = 60;
SHOW efm.command_timeout;
SET efm.max_output = '1MB';
SHOW efm.max_output;
RESET ALL;
-- nothing runs without a cluster
SET efm.cluster_name = '';
SELECT efm_extension.efm_allow_node('10.0.0.5');
SELECT efm_extension.efm_cluster_status('text');
SELECT efm_extension.efm_command_line('resume');
SELECT efm_extension.efm_list_properties();
SELECT efm_extension.efm_sudoers();
SELECT * FROM efm_extension.efm_is_available();
-- the full path of a properties file stands for the name, as EFM has it in a set-up without sudo
SET efm.cluster_name = '/etc/edb/efm-4.9/efm.properties';
SELECT (efm_extension.efm_command_line('resume'))[array_upper(efm_extension.efm_command_line('resume'), 1)];
RESET efm.cluster_name;
-- only for superusers
CREATE ROLE regress_efm_nobody;
SET ROLE regress_efm_nobody;
SET efm.backend = 'direct';
SET efm.command_path = '/bin/sh';
SET efm.mock_scenario = '/etc/passwd';
SET efm.command_timeout = 1;
\set VERBOSITY sqlstate
SHOW efm.encryption_key;
\set VERBOSITY default
RESET ROLE;
DROP ROLE regress_efm_nobody;
-- all there is, and when each can be changed
SELECT name, vartype, unit, context FROM pg_settings WHERE name LIKE 'efm.%' ORDER BY name;
