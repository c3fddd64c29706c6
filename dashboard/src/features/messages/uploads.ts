import { useSyncExternalStore } from 'react';
import * as z from 'zod/mini';
import { type ApiError, toApiError } from '@/lib/api-error';
import { type DraftFiles, draftFiles, type Place } from '@/lib/draft-files';
import type { SentFile } from '@/lib/outbox';
import { rpc, session } from '@/lib/supabase';
import { uploadObject } from '@/lib/upload';
import { uuid7 } from '@/lib/uuid7';

export const MAX_FILES = 15;
export const MAX_FILE_BYTES = 40 * 1024 * 1024;

/** A file the agent is adding to a message. */
export interface Upload extends SentFile {
  /** Null once it was handed over and came back: it is uploaded already. */
  file: File | null;
  /** Under what this device keeps the file until it is sent; null where it does not. */
  keptId: string | null;
  /** Shows a picture before anybody has stored it. */
  previewUrl: string | null;
  progress: number;
  state: 'uploading' | 'done' | 'failed';
  error: ApiError | null;
}

const requestSchema = z.object({
  bucket: z.string(),
  files: z.array(z.object({ path: z.string() })),
});

async function requestUpload(
  conversationId: string,
  upload: Upload,
): Promise<{ bucket: string; path: string }> {
  const { bucket, files } = requestSchema.parse(
    await rpc('request_upload', {
      p_conversation_id: conversationId,
      p_files: [
        {
          id: upload.id,
          file_name: upload.name,
          content_type: upload.type || 'application/octet-stream',
          byte_size: upload.size,
        },
      ],
    }),
  );
  const path = files[0]?.path;
  if (path === undefined) throw new Error('request_upload granted nothing');
  return { bucket, path };
}

/** The files of one conversation's unsent message; they go on uploading while others are open. */
export class Uploads {
  #items: Upload[] = [];
  #stops = new Map<string, AbortController>();
  #listeners = new Set<() => void>();

  constructor(
    private readonly place: Place,
    /** Keeps what is not sent yet; null where it is not worth keeping. */
    private readonly kept: DraftFiles | null,
  ) {
    void this.#restore();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Upload[] => this.#items;

  /** Takes as many as one message may have and returns how many were left out, and which are too large. */
  add(files: File[]): { leftOut: number; tooLarge: string[] } {
    const fitting = files.filter((file) => file.size <= MAX_FILE_BYTES);
    const taken = fitting.slice(0, Math.max(0, MAX_FILES - this.#items.length));
    for (const file of taken) {
      const keptId = uuid7();
      void this.kept?.keep(this.place, keptId, file);
      this.#start(file, keptId);
    }
    return {
      leftOut: fitting.length - taken.length,
      tooLarge: files.filter((file) => file.size > MAX_FILE_BYTES).map((file) => file.name),
    };
  }

  retry(id: string): void {
    const upload = this.#items.find((each) => each.id === id);
    if (!upload) return;
    this.#patch(id, { state: 'uploading', progress: 0, error: null });
    void this.#run(upload);
  }

  remove(id: string): void {
    this.#stops.get(id)?.abort();
    const upload = this.#items.find((each) => each.id === id);
    if (upload?.previewUrl) URL.revokeObjectURL(upload.previewUrl);
    if (upload) this.#forget([upload]);
    this.#set(this.#items.filter((each) => each.id !== id));
  }

  /** Hands over what is ready and starts anew. */
  take(): SentFile[] {
    const taken = this.#items;
    for (const upload of taken) if (upload.previewUrl) URL.revokeObjectURL(upload.previewUrl);
    this.#forget(taken);
    this.#set([]);
    return taken.map(({ id, name, type, size }) => ({ id, name, type, size }));
  }

  /** Takes back the files of a message that was not sent after all. */
  giveBack(files: SentFile[]): void {
    const back = files.map((file) => ({
      ...file,
      file: null,
      keptId: null,
      previewUrl: null,
      progress: 1,
      state: 'done' as const,
      error: null,
    }));
    this.#set([...back, ...this.#items]);
  }

  /** Takes up again what was being added when the page was left; slots of then may have run out. */
  async #restore(): Promise<void> {
    const left = (await this.kept?.restore(this.place)) ?? [];
    for (const { id, file } of left) if (this.#items.length < MAX_FILES) this.#start(file, id);
  }

  #start(file: File, keptId: string): void {
    const upload: Upload = {
      id: uuid7(),
      name: file.name || 'file',
      type: file.type,
      size: file.size,
      file,
      keptId,
      previewUrl: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
      progress: 0,
      state: 'uploading',
      error: null,
    };
    this.#set([...this.#items, upload]);
    void this.#run(upload);
  }

  #forget(uploads: Upload[]): void {
    const ids = uploads.flatMap(({ keptId }) => keptId ?? []);
    if (ids.length > 0) void this.kept?.forget(this.place, ids);
  }

  async #run(upload: Upload): Promise<void> {
    if (!upload.file) return;
    const stop = new AbortController();
    this.#stops.set(upload.id, stop);
    try {
      const { bucket, path } = await requestUpload(this.place.conversationId, upload);
      await uploadObject(
        bucket,
        path,
        upload.file,
        (progress) => this.#patch(upload.id, { progress }),
        stop.signal,
      );
      this.#patch(upload.id, { state: 'done', progress: 1 });
    } catch (error) {
      if (!stop.signal.aborted)
        this.#patch(upload.id, { state: 'failed', error: toApiError(error) });
    } finally {
      this.#stops.delete(upload.id);
    }
  }

  #patch(id: string, change: Partial<Upload>): void {
    this.#set(this.#items.map((each) => (each.id === id ? { ...each, ...change } : each)));
  }

  #set(items: Upload[]): void {
    this.#items = items;
    for (const listener of this.#listeners) listener();
  }
}

const all = new Map<string, Uploads>();

/** The uploads of one conversation, as this agent left them on this device. */
export function uploadsOf(accountId: string, conversationId: string): Uploads {
  const userId = session().current?.user.id ?? '';
  const key = `${userId}/${conversationId}`;
  const known = all.get(key) ?? new Uploads({ userId, accountId, conversationId }, draftFiles());
  all.set(key, known);
  return known;
}

export function useUploads(uploads: Uploads): Upload[] {
  return useSyncExternalStore(uploads.subscribe, uploads.snapshot);
}
