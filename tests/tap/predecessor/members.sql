-- Everything in the schema becomes a member of the extension, which requires what the extension before this one did.
DO $$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'efm_extension'::regnamespace
        UNION ALL
        SELECT format('%s %s', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass)
          FROM pg_class WHERE relnamespace = 'efm_extension'::regnamespace AND relkind IN ('r', 'v', 'S')
        UNION ALL
        SELECT format('TYPE %s', reltype::regtype) FROM pg_class
         WHERE relnamespace = 'efm_extension'::regnamespace AND relkind = 'c'
    LOOP
        BEGIN
            EXECUTE 'ALTER EXTENSION efm_extension ADD ' || command;
        EXCEPTION WHEN object_not_in_prerequisite_state THEN
            -- It is one already.
        END;
    END LOOP;
END
$$;
-- What a control file requires has no command.
INSERT INTO pg_depend
SELECT 'pg_extension'::regclass, e.oid, 0, 'pg_extension'::regclass, r.oid, 0, 'n'
  FROM pg_extension e, pg_extension r
 WHERE e.extname = 'efm_extension' AND r.extname IN ('dblink', 'pgcrypto')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = e.oid AND d.refobjid = r.oid);
RESET search_path;
RESET client_min_messages;
