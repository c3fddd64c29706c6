/** Weighs what a visitor downloads, gzipped, and fails when a budget is exceeded. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const BUDGETS = { loader: 4 * KB, chatwoot: 5 * KB, panel: 30 * KB };
const dist = new URL('../dist/', import.meta.url);

const weigh = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const sum = (files) => files.reduce((total, file) => total + weigh(file), 0);

const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
const closure = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (closure.has(chunk.file)) return;
  closure.add(chunk.file);
  for (const file of chunk.css ?? []) closure.add(file);
  for (const child of chunk.imports ?? []) visit(child);
};
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
visit(entry);

// A visitor loads at most one language beside English: count the heaviest. Everything else that is
// imported later is fetched when somebody needs it: forms, files, what a page says of its visitor.
const languages = Object.keys(manifest).filter((key) => /^src\/i18n\/[^/]+\.json$/.test(key));
const heaviest = Math.max(0, ...languages.map((key) => weigh(manifest[key].file)));

const measured = {
  loader: weigh('widget.js'),
  chatwoot: weigh('chatwoot.js'),
  panel: sum([...closure]) + heaviest,
};
let failed = false;
for (const [name, bytes] of Object.entries(measured)) {
  const over = bytes > BUDGETS[name];
  failed ||= over;
  console.log(`${over ? 'FAIL' : 'ok  '} ${name.padEnd(8)} ${bytes} of ${BUDGETS[name]} bytes gz`);
}
process.exit(failed ? 1 : 0);
