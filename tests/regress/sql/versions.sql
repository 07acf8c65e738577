-- Every release can be installed, each updates to the next, and an updated 2.0 is a fresh 2.0.
CREATE VIEW public.surface AS
SELECT pg_describe_object(d.classid, d.objid, 0) AS object,
       coalesce(pg_get_function_arguments(p.oid), '') AS arguments,
       coalesce(pg_get_function_result(p.oid), '') AS result,
       p.provolatile, p.proisstrict, p.prosecdef, p.proparallel, p.proconfig, p.prosrc,
       coalesce(p.proacl, c.relacl, t.typacl)::text AS acl,
       coalesce(obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)), '') AS comment,
       coalesce(pg_get_viewdef(c.oid), '') AS definition
  FROM pg_depend d
  LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
  LEFT JOIN pg_class row_of ON row_of.oid = t.typrelid
 WHERE d.deptype = 'e'
   -- in newer majors array types and row types are members, too
   AND t.typcategory IS DISTINCT FROM 'A' AND coalesce(row_of.relkind, 'c') = 'c'
   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'efm_extension');

CREATE EXTENSION efm_extension VERSION '1.0';
SELECT object, result FROM public.surface ORDER BY object COLLATE "C";
ALTER EXTENSION efm_extension UPDATE TO '1.1';
SELECT extversion FROM pg_extension WHERE extname = 'efm_extension';
SELECT * FROM efm_extension.efm_is_available();
ALTER EXTENSION efm_extension UPDATE;
SELECT extversion, extrelocatable, extnamespace::regnamespace FROM pg_extension WHERE extname = 'efm_extension';
CREATE TABLE public.updated_surface AS SELECT * FROM public.surface;
DROP EXTENSION efm_extension;

CREATE EXTENSION efm_extension;
\pset format unaligned
SELECT object, arguments, result, prosecdef AS definer FROM public.surface ORDER BY object COLLATE "C";
\pset format aligned
-- nothing, both ways
SELECT * FROM public.surface EXCEPT SELECT * FROM public.updated_surface;
SELECT * FROM public.updated_surface EXCEPT SELECT * FROM public.surface;
-- every object that a user can name has a comment
SELECT object FROM public.surface WHERE comment = '' ORDER BY 1;
-- and so has every column of a table, a view or a type
SELECT c.relname, a.attname
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'efm_extension'::regnamespace AND c.relkind IN ('r', 'v', 'c')
   AND col_description(c.oid, a.attnum) IS NULL
 ORDER BY 1, a.attnum;
-- nothing is open to everybody (an untrusted language never is)
SELECT object, acl FROM public.surface WHERE object <> 'language plefm' AND (acl IS NULL OR acl ~ '[{,]=') ORDER BY 1;
-- what runs SQL with its owner's rights pins the search path, pg_temp last
SELECT object FROM public.surface WHERE prosecdef AND prosrc ~* 'select|grant|revoke'
   AND proconfig::text IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}';
DROP TABLE public.updated_surface;
DROP EXTENSION efm_extension;

-- a schema that somebody has prepared is refused
\set VERBOSITY terse
CREATE FUNCTION efm_extension.efm_properties() RETURNS text LANGUAGE sql AS 'SELECT 1::text';
CREATE EXTENSION efm_extension;
DROP FUNCTION efm_extension.efm_properties();
CREATE ROLE regress_efm_squatter;
ALTER SCHEMA efm_extension OWNER TO regress_efm_squatter;
CREATE EXTENSION efm_extension;
DROP SCHEMA efm_extension;
DROP ROLE regress_efm_squatter;

CREATE EXTENSION efm_extension;
DROP VIEW public.surface;
