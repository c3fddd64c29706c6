/** What the service wrote into our page. Checked once, trusted afterwards. */
import type { FrameConfig } from './types';

/** Reads the embedded settings; throws a sentence that names what is missing. */
export function readConfig(): FrameConfig {
  const text = document.getElementById('supadesk-config')?.textContent;
  if (!text) throw new Error('The page has no element #supadesk-config with the settings.');
  const config = JSON.parse(text) as Partial<FrameConfig>;
  const missing = (['supabase_url', 'publishable_key', 'website_token', 'inbox'] as const).filter(
    (key) => !config[key],
  );
  if (missing.length > 0) throw new Error(`#supadesk-config lacks ${missing.join(', ')}.`);
  return {
    ...(config as FrameConfig),
    supabase_url: (config as FrameConfig).supabase_url.replace(/\/+$/, ''),
  };
}
