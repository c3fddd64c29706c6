/** Weighs what a visitor downloads, gzipped, and fails when a budget is exceeded. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const BUDGETS = { loader: 4 * KB, panel: 30 * KB };
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

// A visitor loads at most one language beside English: count the heaviest.
const languages = (manifest[entry].dynamicImports ?? []).map((key) => manifest[key].file);
const heaviest = Math.max(0, ...languages.map(weigh));

const measured = { loader: weigh('widget.js'), panel: sum([...closure]) + heaviest };
let failed = false;
for (const [name, bytes] of Object.entries(measured)) {
  const over = bytes > BUDGETS[name];
  failed ||= over;
  console.log(`${over ? 'FAIL' : 'ok  '} ${name.padEnd(7)} ${bytes} of ${BUDGETS[name]} bytes gz`);
}
process.exit(failed ? 1 : 0);
