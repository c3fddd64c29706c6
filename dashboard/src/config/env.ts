import * as z from 'zod/mini';

const schema = z.object({
  supabaseUrl: z.url(),
  publishableKey: z.string().check(z.minLength(1)),
  apiUrl: z.url(),
});

/** Where the backend lives; served by the host as /config.js so that one build fits every installation. */
export type Env = z.infer<typeof schema>;

declare global {
  interface Window {
    SUPADESK_CONFIG?: unknown;
  }
}

/** Returns the settings, or the names of all that are missing or malformed. */
export function readEnv(source: unknown): { env: Env } | { missing: string[] } {
  const parsed = schema.safeParse(source ?? {});
  if (parsed.success) return { env: parsed.data };
  return { missing: [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))] };
}
