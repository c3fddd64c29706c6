// Writes dist/config.js for a deployment: the addresses and the public key that the dashboard reads
// when it starts, so that one build serves any project.
import { writeFileSync } from 'node:fs';

const names = {
  supabaseUrl: 'SUPABASE_URL',
  publishableKey: 'SUPABASE_PUBLISHABLE_KEY',
  apiUrl: 'PUBLIC_URL',
};
const missing = Object.values(names).filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Set ${missing.join(', ')} for the dashboard's build.`);
  process.exit(1);
}
const config = Object.fromEntries(
  Object.entries(names).map(([key, name]) => [key, process.env[name]]),
);
writeFileSync(
  new URL('../dist/config.js', import.meta.url),
  `window.SUPADESK_CONFIG = ${JSON.stringify(config)};\n`,
);
