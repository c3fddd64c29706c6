import { ApiError } from './api-error';
import { env, session } from './supabase';

/**
 * Puts a file into Storage and tells how far it is, which `fetch` cannot. Rejects with an
 * `ApiError`, or with the signal's reason when it was called off.
 */
export async function uploadObject(
  bucket: string,
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const token = (await session().accessToken()) ?? env().publishableKey;
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    request.open('POST', `${env().supabaseUrl}/storage/v1/object/${bucket}/${encoded}`);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.setRequestHeader('apikey', env().publishableKey);
    if (file.type) request.setRequestHeader('Content-Type', file.type);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const refused = request.status < 300 ? null : refusal(request);
      // A second try after a lost answer finds the file there already, which is what it wanted.
      if (!refused || refused.code === 'Duplicate') resolve();
      else reject(refused);
    };
    request.onerror = () => reject(new ApiError('network', 'The upload was interrupted.', 0));
    signal.addEventListener('abort', () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(file);
  });
}

function refusal(request: XMLHttpRequest): ApiError {
  try {
    const body = JSON.parse(request.responseText) as { error?: string; message?: string };
    return new ApiError(body.error ?? 'unexpected', body.message ?? '', request.status);
  } catch {
    return new ApiError('unexpected', request.statusText, request.status);
  }
}
