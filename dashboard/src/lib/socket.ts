import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import { loadPart } from './parts';
import type { Channel, ChannelHandlers, PresenceState, SyncStatus, Transport } from './realtime';
import { env, session } from './supabase';

interface Subscription {
  topic: string;
  handlers: ChannelHandlers;
  channel: RealtimeChannel | null;
  presence: PresenceState | null;
  left: boolean;
}

/**
 * The Supabase socket behind `Transport`. The client library is fetched after the first screen;
 * joins asked for before that are made as soon as it is there.
 */
export class SupabaseTransport implements Transport {
  #client: RealtimeClient | null = null;
  #subscriptions = new Set<Subscription>();
  #leaving = new Map<string, Promise<unknown>>();
  #stopped = false;
  #unsubscribe: () => void = () => {};

  constructor(private readonly status: SyncStatus) {
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    if (!navigator.onLine) status.setLink('offline');
    void this.#start();
  }

  join(topic: string, handlers: ChannelHandlers): Channel {
    const subscription: Subscription = {
      topic,
      handlers,
      channel: null,
      presence: null,
      left: false,
    };
    this.#subscriptions.add(subscription);
    if (this.#client) this.#open(subscription, this.#client);
    return {
      leave: () => {
        subscription.left = true;
        this.#subscriptions.delete(subscription);
        this.#close(subscription);
      },
      track: (state) => {
        subscription.presence = state;
        if (subscription.channel?.state === 'joined') void subscription.channel.track(state);
      },
    };
  }

  /**
   * Connects anew, now instead of at the next planned moment. The old socket may hang half open for
   * minutes after a cut, and closing it waits for an answer: it is left behind, not waited for.
   */
  async retry(): Promise<void> {
    const old = this.#client;
    if (!old || this.#stopped) return;
    this.#client = null;
    this.#unsubscribe();
    this.#leaving.clear();
    for (const subscription of this.#subscriptions) subscription.channel = null;
    void old.disconnect();
    await this.#start();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    this.#unsubscribe();
    void this.#client?.removeAllChannels();
  }

  #online = (): void => {
    this.status.setLink('reconnecting');
    void this.retry();
  };

  #offline = (): void => this.status.setLink('offline');

  async #start(): Promise<void> {
    const { RealtimeClient } = await loadPart(() => import('@supabase/realtime-js'));
    if (this.#stopped) return;
    const client = new RealtimeClient(`${env().supabaseUrl.replace(/^http/, 'ws')}/realtime/v1`, {
      params: { apikey: env().publishableKey },
      accessToken: () => session().accessToken(),
      heartbeatCallback: (heartbeat) => {
        if (this.#client !== client) return;
        if (heartbeat === 'ok') this.status.seen();
        if (heartbeat === 'timeout' || heartbeat === 'disconnected') this.#interrupted();
      },
    });
    this.#client = client;
    // A renewed token has to reach the channels before the old one ends.
    this.#unsubscribe = session().subscribe(() => void client.setAuth());
    await client.setAuth();
    if (this.#client !== client) return;
    for (const subscription of this.#subscriptions) this.#open(subscription, client);
  }

  #open(subscription: Subscription, client: RealtimeClient): void {
    const { handlers, topic } = subscription;
    const leaving = this.#leaving.get(topic);
    if (leaving) {
      // The client keeps one channel per topic: joining again has to wait until the old one is gone.
      void leaving.then(() => !subscription.left && this.#open(subscription, client));
      return;
    }
    const channel = client.channel(topic, {
      config: {
        private: true,
        broadcast: { self: false, ack: false },
        presence: {
          enabled: handlers.onPresence !== undefined,
          key: session().current?.user.id ?? '',
        },
      },
    });
    subscription.channel = channel;
    channel.on('broadcast', { event: '*' }, (message) => {
      if (subscription.channel !== channel) return;
      this.status.seen();
      handlers.onEvent(message.event, message.payload);
    });
    if (handlers.onPresence) {
      channel.on('presence', { event: 'sync' }, () => {
        handlers.onPresence?.(
          Object.values(channel.presenceState<PresenceState>()).flatMap((entries) =>
            entries.slice(-1),
          ),
        );
      });
    }
    channel.subscribe((state, error) => {
      // A channel of a socket that was left behind has nothing more to say.
      if (subscription.left || subscription.channel !== channel) return;
      if (state === 'SUBSCRIBED') {
        this.status.setLink('live');
        handlers.onJoined();
        if (subscription.presence) void channel.track(subscription.presence);
      } else if (handlers.onRefused && error?.message.startsWith('Unauthorized')) {
        subscription.channel = null;
        this.#close({ channel, topic });
        handlers.onRefused();
      } else {
        this.#interrupted();
      }
    });
  }

  #close({ channel, topic }: Pick<Subscription, 'channel' | 'topic'>): void {
    if (!channel || !this.#client) return;
    const leaving = this.#client.removeChannel(channel).finally(() => this.#leaving.delete(topic));
    this.#leaving.set(topic, leaving);
  }

  #interrupted(): void {
    this.status.setLink(navigator.onLine ? 'reconnecting' : 'offline');
  }
}
