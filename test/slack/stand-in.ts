import { createChangeFeed } from './change-feed.ts';
import { createChannelLog } from './channel-log.ts';
import { createControlRoutes } from './control-routes.ts';
import { type AppLink, createAppLink, type DeliveryRecord } from './delivery/app-link.ts';
import type { Delivery } from './delivery/delivery.ts';
import { createHttpDelivery, type HttpDelivery } from './delivery/http-delivery.ts';
import type { SignatureKind } from './delivery/signature.ts';
import { createSocketMode, type SocketMode } from './delivery/socket-mode.ts';
import { createFaults, type Faults } from './fault.ts';
import { createHttpListener } from './http-listener.ts';
import { createIdSource } from './id-source.ts';
import { type ClickOptions, type ClickOutcome, createClicker } from './interaction/click.ts';
import { messageEvent, postAsPerson } from './interaction/message-event.ts';
import { createResponseUrls } from './interaction/response-url.ts';
import type { EphemeralMessage, Message } from './message.ts';
import { createPageRoutes } from './page/page-routes.ts';
import { createRateLimiter } from './rate-limit.ts';
import { completeOptions, type SlackStandInOptions } from './stand-in-options.ts';
import { accountMethods } from './web-api/account-methods.ts';
import { chatMethods } from './web-api/chat-methods.ts';
import { conversationMethods } from './web-api/conversation-methods.ts';
import { type HttpAnswer, type HttpCall, jsonAnswer } from './web-api/http-call.ts';
import { createWebApi, type RecordedCall } from './web-api/web-api.ts';
import { type Channel, createWorkspace, type Person, stableId, type Workspace } from './workspace.ts';

/** A person by handle or id, or the person. */
export type Who = string | Person;

/** A running stand-in for Slack: one workspace, one installed app. */
export interface SlackStandIn {
  readonly url: string;
  /** For `new WebClient(token, { slackApiUrl })`. */
  readonly apiUrl: string;
  /** The channel as a page, for a browser. */
  readonly pageUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly workspace: Workspace;
  /** The first channel. */
  readonly channel: Channel;
  readonly faults: Faults & { down(): Promise<void>; up(): Promise<void> };
  readonly socketMode: SocketMode;
  readonly http: HttpDelivery;
  readonly link: AppLink;
  /** @throws Error for an unknown handle */
  user(nameOrId: string): Person;
  /** Messages of a channel, roots and replies, oldest first. */
  messages(channelId?: string): readonly Message[];
  /** A root and its replies, oldest first. */
  thread(rootTs: string, channelId?: string): readonly Message[];
  message(ts: string, channelId?: string): Message | undefined;
  ephemerals(who?: Who): readonly EphemeralMessage[];
  /** Every Web API call so far. */
  calls(method?: string): readonly RecordedCall[];
  /** Every click and event that was sent to the app and whose outcome is known. */
  deliveries(kind?: DeliveryRecord['kind']): readonly DeliveryRecord[];
  /** Clicks a button as a person; waits for the app's acknowledgement. @throws Error without such a button */
  click(who: Who, ts: string, actionId: string, options?: ClickOptions): Promise<ClickOutcome>;
  /** Posts a click over HTTP with a signature of the given kind. @throws Error without interactivity URL */
  clickOverHttp(
    who: Who,
    ts: string,
    actionId: string,
    kind: SignatureKind,
    options?: ClickOptions,
  ): Promise<Delivery>;
  /** Writes as a person; the app hears it if it subscribed. */
  say(who: Who, text: string, where?: { threadTs?: string; channelId?: string }): Promise<Message>;
  /** Waits for something to become true, without polling. @throws Error after `timeoutMs` (default 5 s) */
  until<T>(what: string, look: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** Starts a stand-in and listens. */
export async function createSlackStandIn(given: SlackStandInOptions = {}): Promise<SlackStandIn> {
  const options = completeOptions(given);
  const { clock } = options;
  const nowMs = (): number => clock.nowMs();
  const ids = createIdSource(options.random);
  const feed = createChangeFeed(clock);
  const workspace = createWorkspace(
    { id: stableId('T', 'standin'), name: 'Stand-in', domain: 'stand-in' },
    {
      id: stableId('A', options.appName),
      name: options.appName,
      botUserId: stableId('U', `${options.appName}bot`),
      botId: stableId('B', options.appName),
      signingSecret: options.signingSecret,
      verificationToken: ids.hex(24),
    },
    ids,
  );
  for (const name of options.people) workspace.addPerson({ name });
  const channel = workspace.setChannel({ name: options.channelName });
  workspace.setToken({ value: options.botToken, kind: 'bot', scopes: options.botScopes, state: 'active' });
  workspace.setToken({
    value: options.appToken,
    kind: 'app',
    scopes: ['connections:write'],
    state: 'active',
  });

  const log = createChannelLog(nowMs, feed);
  const faults = createFaults(nowMs);
  const socketMode = createSocketMode({ clock, ids, appId: workspace.app.id, onChange: feed.changed });
  const http = createHttpDelivery(clock, options.signingSecret);
  const urls = { interactivityUrl: options.interactivityUrl, eventsUrl: options.eventsUrl };
  const deliveries: DeliveryRecord[] = [];
  const link = createAppLink({
    socketMode,
    http,
    clock,
    ids,
    app: workspace.app,
    team: workspace.team,
    urls,
    record(delivery) {
      deliveries.push(delivery);
      feed.changed();
    },
  });
  const responseUrls = createResponseUrls({ log, ids, clock, app: workspace.app });
  const calls: RecordedCall[] = [];

  let url = options.publicUrl ?? '';
  const publicUrl = (): string => url;
  const emit = (message: Message): void => {
    if (options.messageEvents === 'subscribed')
      void link.emit(messageEvent(message, { workspace, log, ids }));
  };
  const clicker = createClicker({ workspace, log, ids, clock, link, responseUrls, publicUrl });
  const webApi = createWebApi({
    workspace,
    methods: [
      ...chatMethods({ workspace, log, ids, publicUrl, onPosted: emit }),
      ...conversationMethods({ workspace, log }),
      ...accountMethods({ workspace, publicUrl, openSocketUrl: socketMode.openUrl }),
    ],
    limiter: createRateLimiter(options.rateLimits === 'off' ? {} : options.rateLimits, nowMs),
    faults,
    clock,
    record(call) {
      calls.push(call);
      feed.changed();
    },
  });

  const person = (who: Who): Person => {
    const found = typeof who === 'string' ? workspace.person(who) : who;
    if (!found) throw new Error(`nobody called ${String(who)}; there are ${options.people.join(', ')}`);
    return found;
  };
  const say: SlackStandIn['say'] = async (who, text, where = {}) => {
    const typed = { text, threadTs: where.threadTs };
    const message = postAsPerson(log, ids, person(who), where.channelId ?? channel.id, typed);
    emit(message);
    return message;
  };
  const click: SlackStandIn['click'] = async (who, ts, actionId, clickOptions) =>
    clicker.click(person(who), ts, actionId, clickOptions);

  const surface = { workspace, log, feed, faults, link, socketMode, click, say, channel, calls: () => calls };
  const pageRoutes = createPageRoutes(surface);
  const controlRoutes = createControlRoutes({
    ...surface,
    controlToken: options.controlToken,
    deliveries: () => deliveries,
    clock,
    listener: () => listener,
  });

  const handle = async (call: HttpCall): Promise<HttpAnswer> => {
    const method = /^\/api\/([A-Za-z.]+)$/.exec(call.path)?.[1];
    if (method !== undefined) return webApi.handle(method, call);
    return (
      responseUrls.handle(call.path, call) ??
      (await controlRoutes(call)) ??
      (await pageRoutes(call)) ??
      jsonAnswer(404, { ok: false, error: 'not_found' })
    );
  };
  const listener = await createHttpListener({
    host: options.host,
    port: options.port,
    handle,
    upgrade: socketMode.upgrade,
  });
  const listeningUrl = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${listener.port}`;
  url = options.publicUrl?.replace(/\/$/, '') ?? listeningUrl;

  return {
    url: listeningUrl,
    apiUrl: `${listeningUrl}/api/`,
    pageUrl: `${url}/`,
    botToken: options.botToken,
    appToken: options.appToken,
    signingSecret: options.signingSecret,
    workspace,
    channel,
    faults: { ...faults, down: listener.down, up: listener.up },
    socketMode,
    http,
    link,
    user: person,
    messages: (channelId = channel.id) => log.all(channelId),
    thread: (rootTs, channelId = channel.id) => log.thread(channelId, rootTs),
    message: (ts, channelId = channel.id) => log.find(channelId, ts),
    ephemerals: (who) => log.ephemerals(who === undefined ? undefined : person(who).id),
    calls: (method) => (method === undefined ? calls : calls.filter((call) => call.method === method)),
    deliveries: (kind) =>
      kind === undefined ? deliveries : deliveries.filter((record) => record.kind === kind),
    click,
    async clickOverHttp(who, ts, actionId, kind, clickOptions) {
      if (link.urls.interactivityUrl === undefined) throw new Error('no interactivity URL is set');
      const payload = clicker.payload(person(who), ts, actionId, clickOptions);
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      return http.send(link.urls.interactivityUrl, 'application/x-www-form-urlencoded', body, kind);
    },
    say,
    until: (what, look, timeoutMs = 5000) => feed.until(what, look, timeoutMs),
    async close() {
      link.close();
      http.close();
      socketMode.close();
      await listener.down();
    },
  };
}
