// Prints the TypeScript types of what a signed-in client may read, write and call in a database:
//     node tools/database_types.mjs postgresql://…
// The generator is the one behind `supabase gen types`; it describes everything, so what `authenticated` has
// no privilege for is taken out first, and a misspelt or forbidden name fails in tsc alike.

import { sortGeneratorMetadata } from '@supabase/postgrest-typegen';
import { generateTypescript } from '@supabase/postgrest-typegen/generation';
import { introspect } from '@supabase/postgrest-typegen/introspection';
import pg from 'pg';

const CLIENT = 'authenticated';

const client = new pg.Client(process.argv[2]);
await client.connect();
try {
  // One after the other: a single connection takes one query at a time.
  let last = Promise.resolve();
  const inTurn = {
    query: (sql) => {
      last = last.then(() => client.query(sql));
      return last;
    },
  };
  const all = await introspect(inTurn, { includedSchemas: ['public'] });
  const columns = await client.query(
    `select attrelid || '.' || attnum as id,
            has_column_privilege($1, attrelid, attnum, 'select') as readable,
            has_column_privilege($1, attrelid, attnum, 'insert')
              or has_column_privilege($1, attrelid, attnum, 'update') as writable
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped`,
    [CLIENT],
  );
  const callable = await client.query(
    `select oid::int8 as id from pg_proc
     where pronamespace = 'public'::regnamespace and has_function_privilege($1, oid, 'execute')`,
    [CLIENT],
  );
  const columnsById = new Map(columns.rows.map((column) => [column.id, column]));
  const functionIds = new Set(callable.rows.map(({ id }) => Number(id)));
  const readable = all.columns.filter(({ id }) => columnsById.get(id)?.readable);
  const tableIds = new Set(readable.map(({ table_id }) => table_id));
  const hasRows = ({ id }) => tableIds.has(id);
  const tables = all.tables.filter(hasRows);
  const names = new Set(tables.map(({ name }) => name));
  const metadata = sortGeneratorMetadata({
    ...all,
    tables,
    views: all.views.filter(hasRows),
    columns: readable.map((column) => ({
      ...column,
      // The generator gives what the database itself fills in the type never.
      is_generated: column.is_generated || !columnsById.get(column.id).writable,
    })),
    relationships: all.relationships.filter(
      ({ relation, referenced_relation }) => names.has(relation) && names.has(referenced_relation),
    ),
    functions: all.functions.filter(({ id }) => functionIds.has(id)),
  });
  const types = await generateTypescript(metadata, {
    postgrestVersion: '12',
    format: (code) => code,
  });
  process.stdout.write(
    `// Written by \`make types\` from the declared schema; \`make lint\` fails while it is stale.\n${types}`,
  );
} finally {
  await client.end();
}
