/** HTTP in one place: one error shape, one timeout, and the few calls a visitor may make. */
import type { Session, SessionKeeper } from './session';
import { CHANGES } from './thread';
import type { Conversation, Message, MessagePage } from './types';
import type { Claims } from './visitor';

const TIMEOUT_MS = 15_000;
const BUCKET = 'attachments';

/** What went wrong, in the shape that the service and PostgREST share. */
export class ApiError extends Error {
  constructor(
    /** 0 when there was no answer at all. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** The same call may succeed later without anybody changing anything. */
  get transient(): boolean {
    return [0, 401, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

/** Posts JSON and returns the answer's JSON, or throws an ApiError. */
export async function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ body: unknown; date: string | null }> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new ApiError(0, 'no_answer', String(cause));
  }
  const text = await response.text().catch(() => '');
  const answer = parse(text);
  if (response.ok) return { body: answer, date: response.headers.get('date') };
  const { code, message } = (answer ?? {}) as { code?: string; message?: string };
  const seconds = Number(response.headers.get('retry-after'));
  throw new ApiError(
    response.status,
    code ?? `http_${response.status}`,
    message ?? response.statusText,
    seconds > 0 ? seconds * 1_000 : null,
  );
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The visitor's functions in the database. */
export class VisitorApi {
  constructor(
    private readonly supabaseUrl: string,
    private readonly publishableKey: string,
    private readonly session: SessionKeeper,
  ) {}

  async conversations(): Promise<Conversation[]> {
    const answer = await this.#rpc<{ conversations: Conversation[] }>('widget_conversations', {});
    return answer.conversations;
  }

  /** The newest page, or the one before a position. */
  page(conversationId: string, before: number | null = null): Promise<MessagePage> {
    return this.#rpc('widget_messages', {
      p_conversation_id: conversationId,
      p_before_seq: before,
    });
  }

  /** Everything new or changed after that seq. */
  changes(conversationId: string, after: number): Promise<MessagePage> {
    return this.#rpc('widget_messages', {
      p_conversation_id: conversationId,
      p_after_change: after,
      p_limit: CHANGES,
    });
  }

  start(message: {
    id: string;
    content: string;
    name: string | null;
    email: string | null;
    pageUrl: string | null;
  }): Promise<{ conversation: Conversation; message: Message }> {
    return this.#rpc('widget_start_conversation', {
      p_message_id: message.id,
      p_content: message.content,
      p_name: message.name,
      p_email: message.email,
      p_page_url: message.pageUrl,
    });
  }

  send(
    conversationId: string,
    id: string,
    content: string,
    attachments: string[] = [],
  ): Promise<Message> {
    return this.#rpc('widget_send_message', {
      p_conversation_id: conversationId,
      p_id: id,
      p_content: content,
      p_attachments: attachments,
    });
  }

  /** The answers of a form in a message; the shape depends on its kind. */
  submit(message: Message, values: Record<string, unknown>): Promise<Message> {
    return this.#rpc('widget_submit_form', {
      p_conversation_id: message.conversation_id,
      p_message_id: message.id,
      p_values: values,
    });
  }

  end(conversationId: string): Promise<Conversation> {
    return this.#rpc('widget_end_conversation', { p_conversation_id: conversationId });
  }

  /** Places for files that are about to be sent. */
  async requestUpload(
    conversationId: string,
    files: { id: string; file_name: string; content_type: string; byte_size: number }[],
  ): Promise<{ id: string; path: string; content_type: string }[]> {
    const answer = await this.#rpc<{
      files: { id: string; path: string; content_type: string }[];
    }>('widget_request_upload', { p_conversation_id: conversationId, p_files: files });
    return answer.files;
  }

  /** Where an object is put, and with which headers. */
  async objectAddress(path: string): Promise<{ url: string; headers: Record<string, string> }> {
    const headers = this.#headers(await this.session.current());
    return { url: `${this.supabaseUrl}/storage/v1/object/${BUCKET}/${path}`, headers };
  }

  /** An address that shows this object for an hour, to whoever may see it now. */
  async sign(path: string): Promise<string> {
    const { body } = await postJson(
      `${this.supabaseUrl}/storage/v1/object/sign/${BUCKET}/${path}`,
      { expiresIn: 3_600 },
      this.#headers(await this.session.current()),
    );
    return `${this.supabaseUrl}/storage/v1${(body as { signedURL: string }).signedURL}`;
  }

  identify(claims: Claims): Promise<null> {
    return this.#rpc('widget_identify', { p_values: claims });
  }

  markSeen(conversationId: string): Promise<null> {
    return this.#rpc('widget_mark_seen', { p_conversation_id: conversationId });
  }

  typing(conversationId: string, typing: boolean): Promise<null> {
    return this.#rpc('widget_typing', { p_conversation_id: conversationId, p_typing: typing });
  }

  async #rpc<T>(name: string, args: Record<string, unknown>): Promise<T> {
    const session = await this.session.current();
    try {
      return await this.#call<T>(name, args, session);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // The token died early (a key was rotated, a clock is wrong): one fresh one, then give up.
      return this.#call<T>(name, args, await this.session.current(session.accessToken));
    }
  }

  async #call<T>(name: string, args: Record<string, unknown>, session: Session): Promise<T> {
    const url = `${this.supabaseUrl}/rest/v1/rpc/${name}`;
    const { body } = await postJson(url, args, this.#headers(session));
    return body as T;
  }

  #headers(session: Session): Record<string, string> {
    return { apikey: this.publishableKey, authorization: `Bearer ${session.accessToken}` };
  }
}
