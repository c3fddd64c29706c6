// Fails when the inbox route needs more JavaScript before its first screen than the budget allows.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 180;
const ROUTES = {
  inbox: ['src/app/routes/account.tsx', 'src/app/routes/inbox.tsx'],
  'sign-in': ['src/features/auth/sign-in-page.tsx'],
};

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** Adds a chunk and everything it imports statically. */
function collect(key, files = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the manifest; run the build first`);
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported, files);
  return files;
}

const weight = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;

let failed = false;
for (const [name, chunks] of Object.entries(ROUTES)) {
  const files = collect('index.html');
  for (const chunk of chunks) collect(chunk, files);
  const total = [...files]
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + weight(file), 0);
  const verdict = total <= BUDGET_KB ? 'ok' : 'over budget';
  failed ||= total > BUDGET_KB;
  console.log(`${name.padEnd(8)} ${total.toFixed(1)} KB gz of ${BUDGET_KB} KB: ${verdict}`);
}
process.exitCode = failed ? 1 : 0;
