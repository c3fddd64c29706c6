/** The panel's state and everything that changes it. Components read signals and call methods. */
import { batch, computed, signal } from '@preact/signals';
import type { Call, ToHost } from '../protocol';
import { ApiError, VisitorApi } from './api';
import { backoff } from './backoff';
import type { Upload } from './files';
import { locale, tn } from './i18n';
import { Outbox, type Pending, sendRound } from './outbox';
import { VisitorChannel } from './realtime';
import { type Identity, type Mint, mintFrom, SessionKeeper } from './session';
import { type Drawer, lock, readJson, writeJson } from './storage';
import { catchUp, fromPage, prepend, receive, settle, type Thread } from './thread';
import { firstUnread, isOwn } from './timeline';
import type { Conversation, FrameConfig, Message } from './types';
import { uuidv7 } from './uuid';
import type { Claims, Visitor } from './visitor';

/** Without a live channel we ask this often: while someone looks, and otherwise. */
const POLL_SEEN_MS = 5_000;
const POLL_UNSEEN_MS = 30_000;
/** A typing signal that is not repeated fades after this. */
const TYPING_FADES_MS = 6_000;
/** The server wants typing calls no closer together. */
const TYPING_EVERY_MS = 3_000;
/** Missing more changes than this many pages, reading the newest page anew is cheaper. */
const MAX_CATCH_UP_PAGES = 5;
/** Before that many failed joins, a lost channel is just "reconnecting". */
const PATIENCE = 3;

const MAX_PAGE_URL = 2_000;
/** A signed address is good for an hour. */
const URL_LASTS_MS = 50 * 60_000;

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'offline';

/** Why the panel cannot work at all. */
export type Fatal = 'missing' | 'blocked' | 'stranger';

const FATAL: Record<string, Fatal> = {
  inbox_not_found: 'missing',
  origin_not_allowed: 'blocked',
  identity_required: 'stranger',
};

/** One per page. */
export class Store {
  readonly screen = signal<'home' | 'chat'>('home');
  readonly fatal = signal<Fatal | null>(null);
  /** null until the server told us. */
  readonly conversations = signal<readonly Conversation[] | null>(null);
  /** null while a conversation is about to be started. */
  readonly activeId = signal<string | null>(null);
  readonly threads = signal<Readonly<Record<string, Thread>>>({});
  readonly loadFailed = signal(false);
  readonly pending = signal<readonly Pending[]>([]);
  readonly sendingId = signal<string | null>(null);
  /** The server asked us to slow down; messages wait. */
  readonly throttled = signal(false);
  readonly typing = signal<{ conversationId: string; name: string | null } | null>(null);
  readonly unreadFrom = signal<string | null>(null);
  readonly atBottom = signal(true);
  /** Files picked for the message that is being written. */
  readonly picked = signal<readonly Upload[]>([]);
  /** How far each file of a message on its way is, 0 to 1. */
  readonly progress = signal<Readonly<Record<string, number>>>({});
  readonly shown = signal(true);

  readonly #online = signal(navigator.onLine);
  readonly #joined = signal(false);
  readonly #failures = signal(0);
  readonly #answered = signal(true);

  readonly connection = computed<Connection>(() => {
    if (!this.#online.value) return 'offline';
    if (this.#joined.value && this.#answered.value) return 'live';
    if (this.#failures.value === 0 && this.#answered.value) return 'connecting';
    return this.#failures.value >= PATIENCE && this.#answered.value ? 'polling' : 'reconnecting';
  });

  readonly active = computed(
    () => this.conversations.value?.find((one) => one.id === this.activeId.value) ?? null,
  );
  readonly thread = computed<Thread | null>(
    () => this.threads.value[this.activeId.value ?? ''] ?? null,
  );
  /** What waits in the conversation on screen. */
  readonly activePending = computed(() =>
    this.pending.value.filter((item) => item.conversationId === this.activeId.value),
  );
  /** The conversation that "continue" continues. */
  readonly running = computed(() => this.conversations.value?.find((one) => one.can_reply) ?? null);
  readonly unread = computed(() =>
    (this.conversations.value ?? []).reduce((sum, one) => sum + one.unread_count, 0),
  );

  /** Somebody who was here before, and may have a conversation to go on with. */
  readonly returning: boolean;
  readonly #session: SessionKeeper;
  readonly #api: VisitorApi;
  readonly #outbox: Outbox;
  readonly #channel: VisitorChannel;
  readonly #draftKey: string;
  readonly #flushLock: string;
  readonly #key: string;
  readonly #userKey: string;
  #visitor: Visitor = { claims: {}, hash: null };
  #identity: Identity | null = null;
  #started = false;
  #pageUrl: string | null = null;
  #flushing = false;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #sendFailures = 0;
  #pollFailures = 0;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #seenTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  readonly #catchingUp = new Map<string, Promise<void>>();
  #lastTyping = 0;
  readonly #urls = new Map<string, { at: number; url: Promise<string> }>();

  constructor(
    config: FrameConfig,
    private readonly drawer: Drawer,
    private readonly say: (message: ToHost) => void,
  ) {
    const key = `supadesk:${config.website_token}`;
    this.returning = drawer.getItem(key) !== null;
    this.#draftKey = `${key}:draft`;
    this.#flushLock = `${key}:outbox`;
    this.#key = key;
    this.#userKey = `${key}:user`;
    const open = mintFrom(
      config.website_token,
      locale,
      () => this.#pageUrl,
      () => this.#identity,
    );
    const mint: Mint = (refreshToken) =>
      open(refreshToken).catch((error) => {
        if (!(error instanceof ApiError) || error.code !== 'identity_invalid') throw error;
        // The page is told; the visitor may still chat as whoever they were before.
        this.#identity = null;
        this.#visitor = { claims: {}, hash: null };
        this.say({ type: 'error', code: error.code, message: error.message });
        return open(refreshToken);
      });
    const wanted = (): string | null => this.#identity?.identifier ?? null;
    this.#session = new SessionKeeper(key, drawer, lock, mint, wanted);
    this.#api = new VisitorApi(config.supabase_url, config.publishable_key, this.#session);
    this.#outbox = new Outbox(`${key}:out:`, drawer);
    this.#channel = new VisitorChannel({
      supabaseUrl: config.supabase_url,
      publishableKey: config.publishable_key,
      session: (refused) => this.#session.current(refused),
      onJoined: () => {
        batch(() => {
          this.#joined.value = true;
          this.#failures.value = 0;
        });
        void this.refresh();
      },
      onBroadcast: (event, payload) => this.#hear(event, payload),
      onDown: (failures) => {
        batch(() => {
          this.#joined.value = false;
          this.#failures.value = failures;
        });
        this.#schedulePoll();
      },
    });
    this.#session.onChange((session, before) => {
      if (before && before.contactInboxId !== session.contactInboxId) this.#forget();
      this.#channel.renew(session);
    });
    addEventListener('online', () => this.#setOnline(true));
    addEventListener('offline', () => this.#setOnline(false));
    addEventListener('storage', (event) => {
      if (event.key === key) this.#session.noticeStored();
      else if (this.#outbox.owns(event.key)) this.#readOutbox();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || !this.#started) return;
      this.#channel.wake();
      if (!this.#joined.value) void this.refresh();
      this.#seen();
    });
  }

  /** What the page says about its visitor; the server hears it once there is a conversation. */
  async follow(calls: readonly Call[]): Promise<void> {
    const { hear } = await import('./visitor');
    for (const call of calls) {
      const next = hear(this.#visitor, call);
      if ('code' in next) this.say({ type: 'error', ...next });
      else this.#visitor = next;
    }
    const { claims, hash } = this.#visitor;
    const { identifier } = claims;
    const known = readJson<{ identifier: string }>(this.drawer, this.#userKey);
    if (identifier !== undefined && known && known.identifier !== identifier) {
      // Somebody else uses this browser now. The page around us says everything again.
      this.forget();
      writeJson(this.drawer, this.#userKey, { identifier });
      location.reload();
      await new Promise(() => {});
    }
    if (identifier !== undefined && !known) writeJson(this.drawer, this.#userKey, { identifier });
    const before = this.#identity?.identifier;
    this.#identity = identifier !== undefined && hash ? { identifier, hash } : null;
    if (!this.#started) return;
    if (this.fatal.value === 'stranger') location.reload();
    if (this.#identity && this.#identity.identifier !== before) {
      await this.#session.current().catch((error) => this.#report(error));
    }
    await this.#introduce();
  }

  /** Answers of the pre-chat form: said by the visitor, kept like what the page says. */
  answer(claims: Claims): void {
    const { custom_attributes, ...rest } = claims;
    this.#visitor.claims = {
      ...this.#visitor.claims,
      ...rest,
      custom_attributes: { ...this.#visitor.claims.custom_attributes, ...custom_attributes },
    };
  }

  get claims(): Claims {
    return this.#visitor.claims;
  }

  /** Removes what this browser keeps of the visitor. */
  forget(): void {
    const keys = Array.from({ length: this.drawer.length }, (_, index) => this.drawer.key(index));
    for (const key of keys) if (key?.startsWith(this.#key)) this.drawer.removeItem(key);
  }

  /** Tells the server what is known of the visitor, unless it knows. */
  async #introduce(): Promise<void> {
    const { claims } = this.#visitor;
    if (Object.keys(claims).length === 0) return;
    try {
      const { contactInboxId } = await this.#session.current();
      const told = JSON.stringify([contactInboxId, claims]);
      const known = readJson<{ told?: string }>(this.drawer, this.#userKey);
      if (known?.told === told) return;
      await this.#api.identify(claims);
      writeJson(this.drawer, this.#userKey, { ...known, told });
    } catch (error) {
      // Whoever they are, what they write goes first; the next visit tells it again.
      this.#report(error);
    }
  }

  /** First load; the home screen is already there. */
  async #start(): Promise<void> {
    this.#started = true;
    this.#readOutbox();
    this.#channel.wake();
    await this.refresh();
    if (this.conversations.value?.length) void this.#introduce();
    void this.#flush();
    const running = this.running.value;
    if (running && running.unread_count > 0 && this.screen.value === 'home') {
      this.openConversation(running.id);
    }
  }

  /** The page showed or hid the panel. */
  setShown(shown: boolean, pageUrl: string | null): void {
    // The service refuses longer addresses; without one it works as well.
    if (pageUrl !== null) this.#pageUrl = pageUrl.length <= MAX_PAGE_URL ? pageUrl : null;
    this.shown.value = shown;
    if (!shown) return;
    if (!this.#started) {
      void this.#start();
      return;
    }
    this.#channel.wake();
    this.#seen();
  }

  goHome(): void {
    this.screen.value = 'home';
    this.unreadFrom.value = null;
  }

  /** Opens the conversation, or with null an empty sheet for a new one. */
  openConversation(id: string | null): void {
    batch(() => {
      this.activeId.value = id;
      this.screen.value = 'chat';
      this.atBottom.value = true;
      this.typing.value = null;
      this.unreadFrom.value = null;
      this.loadFailed.value = false;
    });
    this.say({ type: 'start', hasConversation: id !== null });
    if (id !== null) void this.loadThread(id);
  }

  /** Reads the newest page of a conversation that is not here yet. */
  async loadThread(id: string): Promise<void> {
    this.loadFailed.value = false;
    const unread = this.conversations.value?.find((one) => one.id === id)?.unread_count ?? 0;
    try {
      if (this.threads.value[id] === undefined) {
        this.#setThread(id, fromPage(await this.#api.page(id)));
      }
      const thread = this.threads.value[id];
      if (thread && this.activeId.value === id) {
        this.unreadFrom.value = firstUnread(thread.messages, unread);
        this.#seen();
      }
    } catch (error) {
      if (this.activeId.value === id) this.loadFailed.value = true;
      this.#report(error);
    }
  }

  /** Reads the page before the oldest message here; false when that failed. */
  async loadEarlier(): Promise<boolean> {
    const id = this.activeId.value;
    const first = this.thread.value?.messages[0];
    if (id === null || first === undefined) return true;
    try {
      const page = await this.#api.page(id, first.position);
      const thread = this.threads.value[id];
      if (thread) this.#setThread(id, prepend(thread, page));
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** Puts a message on its way; it is on screen and in the drawer before this returns. */
  send(content: string, details: { name: string | null; email: string | null }): void {
    const files = this.picked.value;
    const base = { conversationId: this.activeId.value, ...details, error: null };
    const make = (text: string, more: Partial<Pending>): Pending => ({
      ...base,
      id: uuidv7(),
      content: text,
      createdAt: new Date().toISOString(),
      ...more,
    });
    const names = files.map(({ file }) => file.name).join(', ');
    // Files need a conversation to go to: where there is none, words open it.
    const opens = files.length > 0 && base.conversationId === null;
    const items = opens
      ? [make(content || names, {}), make('', { files: [...files] })]
      : [make(content, files.length > 0 ? { files: [...files] } : {})];
    for (const item of items) this.#outbox.put(item);
    batch(() => {
      // Straight into the signal too: a drawer that is full must not swallow the message.
      this.pending.value = [...this.pending.value, ...items];
      this.picked.value = [];
      this.unreadFrom.value = null;
      this.atBottom.value = true;
    });
    this.#lastTyping = 0;
    void this.#flush();
  }

  /** Tries a refused message again; where its conversation is over, in a new one. */
  retry(id: string): void {
    const item = this.#outbox.list().find((one) => one.id === id);
    if (item === undefined) return;
    const homeless = ['conversation_resolved', 'conversation_not_found'].includes(
      item.error?.code ?? '',
    );
    this.#outbox.put({
      ...item,
      error: null,
      conversationId: homeless ? null : item.conversationId,
      // Nobody should have to write a message again because of an address they need not give.
      email: item.error?.code === 'email_invalid' ? null : item.email,
    });
    this.#readOutbox();
    if (homeless) this.openConversation(null);
    void this.#flush();
  }

  discard(id: string): void {
    this.#outbox.remove(id);
    this.#readOutbox();
  }

  /** Fills in a form of a message. Throws ApiError. */
  async submit(message: Message, values: Record<string, unknown>): Promise<void> {
    const answered = await this.#api.submit(message, values);
    const thread = this.threads.value[message.conversation_id];
    if (thread) this.#setThread(message.conversation_id, settle(thread, answered));
  }

  /** The visitor is done here. */
  async endConversation(id: string): Promise<void> {
    try {
      this.#change(id, await this.#api.end(id));
    } catch (error) {
      this.#report(error);
    }
  }

  /** An address that shows this file for a while. */
  fileUrl(path: string): Promise<string> {
    const known = this.#urls.get(path);
    if (known && Date.now() - known.at < URL_LASTS_MS) return known.url;
    const url = this.#api.sign(path);
    this.#urls.set(path, { at: Date.now(), url });
    url.catch(() => this.#urls.delete(path));
    return url;
  }

  /** A button of a card was pressed; what it means is the page's business. */
  postback(payload: string): void {
    this.say({ type: 'postback', payload });
  }

  /** Tells the desk that the visitor writes, or stopped. */
  setTyping(typing: boolean): void {
    const id = this.activeId.value;
    const now = Date.now();
    if (id === null || !this.#joined.value) return;
    if (typing ? now - this.#lastTyping < TYPING_EVERY_MS : this.#lastTyping === 0) return;
    this.#lastTyping = typing ? now : 0;
    // Lost typing signals are not worth a word.
    void this.#api.typing(id, typing).catch(() => {});
  }

  get draft(): string {
    return this.drawer.getItem(this.#draftKey) ?? '';
  }

  set draft(text: string) {
    try {
      if (text === '') this.drawer.removeItem(this.#draftKey);
      else this.drawer.setItem(this.#draftKey, text);
    } catch {
      // A full drawer only costs the draft of a closed tab.
    }
  }

  /** The log moved: at its end, everything in it counts as seen. */
  setAtBottom(atBottom: boolean): void {
    this.atBottom.value = atBottom;
    if (atBottom) this.#seen();
  }

  /** Reads the list of conversations and whatever the open ones miss. One at a time. */
  refresh(): Promise<void> {
    this.#refreshAgain = this.#refreshing !== null;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
      if (this.#refreshAgain) void this.refresh();
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    try {
      const answer = await this.#api.conversations();
      // One that was started while we asked is not in the answer yet.
      const open = this.active.value;
      const first = this.conversations.value === null;
      const conversations =
        open && answer.every((one) => one.id !== open.id) ? [open, ...answer] : answer;
      batch(() => {
        this.conversations.value = conversations;
        this.#answered.value = true;
        this.#pollFailures = 0;
        this.fatal.value = null;
      });
      const running = this.running.value;
      // Whoever was quicker than this answer wants to go on, not to begin again.
      if (first && running && this.screen.value === 'chat' && this.activeId.value === null) {
        this.openConversation(running.id);
      }
      await Promise.all(
        conversations.map((one) => {
          const thread = this.threads.value[one.id];
          return thread && one.last_seq > thread.lastSeq ? this.#catchUp(one.id) : undefined;
        }),
      );
      // The running conversation is read ahead: the home screen quotes it, and it opens at once.
      for (const id of new Set([this.activeId.value, this.running.value?.id])) {
        if (id && !this.threads.value[id]) await this.loadThread(id);
      }
      this.#tellUnread();
      this.#seen();
    } catch (error) {
      this.#missed(error);
    }
    this.#schedulePoll();
  }

  /** A read failed: until one succeeds, what is on screen may be old. */
  #missed(error: unknown): void {
    this.#answered.value = false;
    this.#pollFailures += 1;
    this.#report(error);
    this.#schedulePoll();
  }

  /** Nothing else would tell us what we miss. */
  get #mustPoll(): boolean {
    return !this.#joined.value || !this.#answered.value;
  }

  #schedulePoll(): void {
    // A poll that is due stays due: failing reconnects must not push it away again and again.
    if (this.#pollTimer !== undefined || !this.#mustPoll || this.fatal.value) return;
    const seen = this.shown.value && document.visibilityState === 'visible';
    // A server in trouble is not helped by everybody asking at the usual pace.
    const wait = this.#pollFailures > 0 ? backoff(this.#pollFailures + 2) : 0;
    this.#pollTimer = setTimeout(
      () => {
        this.#pollTimer = undefined;
        if (this.#mustPoll) void this.refresh();
      },
      Math.max(wait, seen ? POLL_SEEN_MS : POLL_UNSEEN_MS),
    );
  }

  #setOnline(online: boolean): void {
    this.#online.value = online;
    if (!online || !this.#started) return;
    this.#channel.wake();
    this.#sendFailures = 0;
    void this.#flush();
    void this.refresh();
  }

  #hear(event: string, payload: Record<string, unknown>): void {
    const id = payload.conversation_id;
    if (typeof id !== 'string') return;
    if (event === 'typing') {
      const actor = payload.actor as { name?: string | null } | undefined;
      this.#showTyping(id, payload.typing === true, actor?.name ?? null);
      return;
    }
    const { seq } = payload;
    if (typeof seq !== 'number') return;
    const conversation = this.conversations.value?.find((one) => one.id === id);
    if (conversation === undefined) {
      void this.refresh();
      return;
    }
    const message = (payload.message ?? null) as Message | null;
    const thread = this.threads.value[id];
    if (thread) {
      const { thread: next, outcome } = receive(thread, seq, message);
      if (outcome === 'gap') void this.#catchUp(id).then(() => this.refresh());
      if (outcome !== 'applied') return;
      this.#setThread(id, next);
    } else if (seq <= conversation.last_seq) {
      return;
    }
    const news = event === 'message.created' && message !== null && !isOwn(message);
    const changes: Partial<Conversation> = { last_seq: seq };
    if (event === 'conversation.updated') {
      changes.status = payload.status as Conversation['status'];
      changes.can_reply = payload.can_reply === true;
    }
    if (news) {
      changes.unread_count = conversation.unread_count + 1;
      changes.last_activity_at = message.created_at;
      this.typing.value = null;
      if (!this.#watching(id) && id === this.activeId.value) this.unreadFrom.value ??= message.id;
      this.say({ type: 'message', id: message.id, conversationId: id });
    }
    this.#change(id, changes);
    this.#seen();
    this.#tellUnread();
  }

  #catchUp(id: string): Promise<void> {
    const running = this.#catchingUp.get(id);
    if (running) return running;
    const work = this.#fetchChanges(id)
      .catch((error) => this.#missed(error))
      .finally(() => this.#catchingUp.delete(id));
    this.#catchingUp.set(id, work);
    return work;
  }

  async #fetchChanges(id: string): Promise<void> {
    for (let pages = 0; pages < MAX_CATCH_UP_PAGES; pages++) {
      const thread = this.threads.value[id];
      if (thread === undefined) return;
      const page = await this.#api.changes(id, thread.lastSeq);
      // Live events may have been applied while we asked.
      const result = catchUp(this.threads.value[id] ?? thread, page);
      this.#setThread(id, result.thread);
      if (!result.more) return;
    }
    this.#setThread(id, fromPage(await this.#api.page(id)));
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#flushTimer);
    if (this.#flushing || !navigator.onLine) return;
    this.#flushing = true;
    let wait: number | null = null;
    try {
      const round = await lock(this.#flushLock, () =>
        sendRound(
          this.#outbox,
          (item) => this.#deliver(item),
          (id) => {
            this.sendingId.value = id;
            this.#readOutbox();
          },
        ),
      );
      this.throttled.value = !round.done && round.error.status === 429;
      if (round.done) {
        this.#sendFailures = 0;
      } else {
        this.#sendFailures += 1;
        wait = round.retryAfterMs ?? backoff(this.#sendFailures);
        this.#report(round.error);
      }
    } finally {
      this.#flushing = false;
      this.#readOutbox();
    }
    if (wait !== null) this.#flushTimer = setTimeout(() => void this.#flush(), wait);
    // Written after the round had found the outbox empty.
    else if (this.pending.value.some((item) => item.error === null)) void this.#flush();
  }

  async #deliver(item: Pending): Promise<void> {
    if (item.conversationId === null) {
      await this.#introduce();
      const { conversation, message } = await this.#api.start({ ...item, pageUrl: this.#pageUrl });
      const known = (this.conversations.value ?? []).filter((one) => one.id !== conversation.id);
      batch(() => {
        this.conversations.value = [conversation, ...known];
        const thread = this.threads.value[conversation.id];
        if (thread) this.#setThread(conversation.id, settle(thread, message));
        else
          this.#setThread(conversation.id, { messages: [message], lastSeq: 0, hasEarlier: false });
        this.#outbox.remove(item.id);
        // What was written after it belongs to the conversation it opened.
        for (const other of this.#outbox.list()) {
          if (other.conversationId === null) {
            this.#outbox.put({ ...other, conversationId: conversation.id });
          }
        }
        if (this.activeId.value === null) this.activeId.value = conversation.id;
        this.#readOutbox();
      });
      void this.#catchUp(conversation.id);
      return;
    }
    try {
      const attachments = item.files ? await this.#upload(item.conversationId, item.files) : [];
      const { conversationId, id, content } = item;
      const message = await this.#api.send(conversationId, id, content, attachments);
      const thread = this.threads.value[item.conversationId];
      if (thread) this.#setThread(item.conversationId, settle(thread, message));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'conversation_resolved') {
        this.#change(item.conversationId, { status: 'resolved', can_reply: false });
      }
      throw error;
    }
  }

  async #upload(conversationId: string, files: Upload[]): Promise<string[]> {
    const { upload } = await import('./files');
    return upload(this.#api, conversationId, files, (id, share) => {
      this.progress.value = { ...this.progress.value, [id]: share };
    });
  }

  #showTyping(conversationId: string, typing: boolean, name: string | null): void {
    clearTimeout(this.#typingTimer);
    this.typing.value = typing ? { conversationId, name } : null;
    if (!typing) return;
    this.#typingTimer = setTimeout(() => {
      this.typing.value = null;
    }, TYPING_FADES_MS);
  }

  #watching(id: string): boolean {
    return (
      this.shown.value &&
      document.visibilityState === 'visible' &&
      this.screen.value === 'chat' &&
      this.activeId.value === id &&
      this.atBottom.value
    );
  }

  /** The end of the conversation is before the visitor's eyes. */
  #seen(): void {
    const conversation = this.active.value;
    if (!conversation?.unread_count || !this.thread.value || !this.#watching(conversation.id))
      return;
    this.#change(conversation.id, { unread_count: 0 });
    this.#tellUnread();
    clearTimeout(this.#seenTimer);
    this.#seenTimer = setTimeout(
      // Not told now, it is told with the next message or the next visit.
      () => void this.#api.markSeen(conversation.id).catch(() => {}),
      300,
    );
  }

  #tellUnread(): void {
    const count = this.unread.value;
    this.say({ type: 'unread', count, label: tn('unread', count) });
  }

  #change(id: string, changes: Partial<Conversation>): void {
    this.conversations.value =
      this.conversations.value?.map((one) => (one.id === id ? { ...one, ...changes } : one)) ??
      null;
  }

  #setThread(id: string, thread: Thread): void {
    this.threads.value = { ...this.threads.value, [id]: thread };
    const confirmed = new Set(thread.messages.map((message) => message.id));
    const settled = this.pending.value.filter((item) => confirmed.has(item.id));
    for (const item of settled) this.#outbox.remove(item.id);
    if (settled.length > 0) this.#readOutbox();
  }

  #readOutbox(): void {
    this.pending.value = this.#outbox.list();
  }

  /** The service no longer knows this visitor: the old conversations are not theirs any more. */
  #forget(): void {
    batch(() => {
      this.threads.value = {};
      this.conversations.value = null;
      this.activeId.value = null;
      for (const item of this.#outbox.list()) {
        this.#outbox.put({ ...item, conversationId: null, error: null });
      }
      this.#readOutbox();
    });
    void this.refresh();
  }

  #report(error: unknown): void {
    if (!(error instanceof ApiError)) {
      console.error(error);
      return;
    }
    const fatal = FATAL[error.code];
    if (fatal) {
      this.fatal.value = fatal;
      this.#channel.stop();
    }
    if (fatal || !error.transient) {
      this.say({ type: 'error', code: error.code, message: error.message });
    }
  }
}
