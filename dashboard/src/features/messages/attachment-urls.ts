import { queryOptions, skipToken, useQuery } from '@tanstack/react-query';
import { ApiError } from '@/lib/api-error';
import { env, storage } from '@/lib/supabase';
import type { Attachment } from '@/types/message';

const BUCKET = 'attachments';
const LASTS_S = 3600;

let waiting: { paths: Set<string>; answer: Promise<Map<string, string>> } | null = null;

/** Signs the paths asked for within one moment with a single request. */
function sign(path: string): Promise<string> {
  if (!waiting) {
    const paths = new Set<string>();
    const answer = new Promise<void>((resolve) => setTimeout(resolve, 10)).then(async () => {
      waiting = null;
      const signed = await storage<{ path: string; signedURL: string | null }[]>(
        `object/sign/${BUCKET}`,
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ expiresIn: LASTS_S, paths: [...paths] }),
        },
      );
      return new Map(
        signed.flatMap(({ path: each, signedURL }) =>
          signedURL ? [[each, `${env().supabaseUrl}/storage/v1${signedURL}`]] : [],
        ),
      );
    });
    waiting = { paths, answer };
  }
  waiting.paths.add(path);
  return waiting.answer.then((urls) => {
    const url = urls.get(path);
    if (url === undefined) throw new ApiError('attachment_not_found', path, 404);
    return url;
  });
}

/** An address that shows a private file for an hour; asked for anew before it ends. */
export const attachmentUrlQuery = (path: string | null) =>
  queryOptions({
    queryKey: ['attachment-url', path],
    queryFn: path === null ? skipToken : () => sign(path),
    staleTime: (LASTS_S - 600) * 1000,
    gcTime: (LASTS_S - 300) * 1000,
    refetchInterval: (LASTS_S - 600) * 1000,
  });

/** Where to get a file from our own bucket; null until a worker has looked at it. */
export function useAttachmentUrl(attachment: Attachment, thumbnail = false): string | null {
  const path = (thumbnail && attachment.thumb_path) || attachment.path || null;
  const { data } = useQuery(attachmentUrlQuery(attachment.state === 'ready' ? path : null));
  return data ?? null;
}

export const attachmentName = (attachment: Attachment): string =>
  attachment.file_name || attachment.fallback_title || attachment.file_type;
