/** Files on their way up: what may be sent, and sending it with progress. */
import { ApiError, type VisitorApi } from './api';

export const LARGEST = 40 * 1024 * 1024;
export const MOST = 15;

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  txt: 'text/plain',
  rtf: 'application/rtf',
  json: 'application/json',
  pdf: 'application/pdf',
  zip: 'application/zip',
  '7z': 'application/x-7z-compressed',
  rar: 'application/vnd.rar',
  tar: 'application/x-tar',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
};
const ALLOWED = new Set([
  ...Object.values(TYPES),
  ...'png jpeg gif webp bmp tiff avif heic heif'.split(' ').map((type) => `image/${type}`),
  'text/rtf',
  'application/x-zip-compressed',
  'application/x-rar-compressed',
]);

/** A file that waits to be sent, under the id its attachment will have. */
export interface Upload {
  id: string;
  file: File;
}

/** The type of a file; browsers do not know every ending. */
export function typeOf({ name, type }: Pick<File, 'name' | 'type'>): string {
  const given = (type.split(';')[0] ?? '').trim().toLowerCase();
  return given || TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] || '';
}

/** Why this file cannot be sent, or null. The server looks at its content as well. */
export function objection(
  file: Pick<File, 'name' | 'type' | 'size'>,
): 'badType' | 'emptyFile' | 'tooLarge' | null {
  const type = typeOf(file);
  if (!ALLOWED.has(type) && !/^(audio|video)\//.test(type)) return 'badType';
  if (file.size === 0) return 'emptyFile';
  return file.size > LARGEST ? 'tooLarge' : null;
}

/** Sends the files to where the server wants them; again after a failure, it goes on. */
export async function upload(
  api: VisitorApi,
  conversationId: string,
  uploads: readonly Upload[],
  onProgress: (id: string, share: number) => void,
): Promise<string[]> {
  const slots = await api.requestUpload(
    conversationId,
    uploads.map(({ id, file }) => ({
      id,
      file_name: file.name,
      content_type: typeOf(file),
      byte_size: file.size,
    })),
  );
  for (const { id, file } of uploads) {
    const slot = slots.find((one) => one.id === id);
    if (slot === undefined) throw new ApiError(500, 'no_slot', 'The server has no place for it.');
    const { url, headers } = await api.objectAddress(slot.path);
    await put(url, { ...headers, 'content-type': slot.content_type }, file, (share) =>
      onProgress(id, share),
    );
    onProgress(id, 1);
  }
  return uploads.map(({ id }) => id);
}

function put(
  url: string,
  headers: Record<string, string>,
  file: File,
  onProgress: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // fetch cannot tell how far an upload is.
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new ApiError(0, 'no_answer', 'The upload broke off.'));
    request.onload = () => {
      const { status, responseText } = request;
      // There already: an earlier try got through, only its answer was lost.
      if ((status >= 200 && status < 300) || /Duplicate|already exists/i.test(responseText)) {
        resolve();
        return;
      }
      reject(new ApiError(status, `http_${status}`, messageOf(responseText)));
    };
    request.send(file);
  });
}

function messageOf(answer: string): string {
  try {
    return String((JSON.parse(answer) as { message?: unknown }).message ?? answer);
  } catch {
    return answer.slice(0, 200);
  }
}
