import * as z from 'zod/mini';
import { ApiError } from '@/lib/api-error';
import { env, session } from '@/lib/supabase';

const refusalSchema = z.object({
  code: z.catch(z.string(), 'unexpected'),
  message: z.catch(z.string(), ''),
  details: z.catch(z.nullable(z.string()), null),
  hint: z.catch(z.nullable(z.string()), null),
});

/** Calls the service as the signed-in agent: POST where there is a body. Throws an `ApiError`. */
export async function service(path: string, body?: Record<string, unknown>): Promise<unknown> {
  const response = await fetch(`${env().apiUrl.replace(/\/$/, '')}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      Authorization: `Bearer ${(await session().accessToken()) ?? ''}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { code, message, details, hint } = refusalSchema.parse(answer);
  throw new ApiError(code, message || response.statusText, response.status, details, hint);
}
