-- The words that would run, from the subcommand on the same on every backend; nothing runs.
CREATE FUNCTION pg_temp.words(VARIADIC text[]) RETURNS text[] LANGUAGE sql AS $$
    SELECT line[array_position(line, $1[1]):]
      FROM efm_extension.efm_command_line($1[1], VARIADIC $1[2:]) AS line $$;
SELECT pg_temp.words('allow-node', '10.0.0.5');
SELECT pg_temp.words('promote', '-switchover', '-sourcenode', '10.0.0.2');
SELECT pg_temp.words('set-priority', '10.0.0.3', 'a word with blanks; $(id) `id`');
SELECT pg_temp.words('resume');
SELECT efm_extension.efm_command_line('Allow Node');
SELECT efm_extension.efm_command_line('-n');
SELECT efm_extension.efm_command_line('');
SELECT efm_extension.efm_command_line('resume', NULL);
SELECT efm_extension.efm_command_line('resume', VARIADIC ARRAY['a', NULL]);
SELECT efm_extension.efm_command_line('resume', '');
SELECT efm_extension.efm_command_line('resume', E'a\nb');
SELECT efm_extension.efm_command_line(NULL) IS NULL AS is_null;
-- with and without sudo, with and without a Java of its own
SET efm.command_path = '/usr/edb/efm-4.9/bin/efm';
SET efm.java_home = '';
SET efm.backend = 'direct';
SELECT efm_extension.efm_command_line('resume');
SET efm.backend = 'sudo';
SET efm.sudo_user = 'efm';
SET efm.sudo_path = '/usr/bin/sudo';
SELECT efm_extension.efm_command_line('resume');
SET efm.java_home = '/opt/java';
SELECT efm_extension.efm_command_line('resume');
RESET ALL;
