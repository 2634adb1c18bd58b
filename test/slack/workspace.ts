import type { IdSource } from './id-source.ts';

export interface Person {
  readonly id: string;
  /** Handle, unique in the workspace. */
  readonly name: string;
  readonly realName: string;
  /** Differs from the workspace's own team for people of a connected organisation. */
  readonly teamId: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  /** Whether the app was invited. */
  readonly hasApp: boolean;
}

/** What a token may do. */
export interface Token {
  readonly value: string;
  readonly kind: 'bot' | 'app';
  readonly scopes: readonly string[];
  readonly state: 'active' | 'revoked';
}

/** The installed app as Slack knows it. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly signingSecret: string;
  /** Legacy token that Slack still puts into payloads; proves nothing. */
  readonly verificationToken: string;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

/** People, channels and tokens of one workspace with one installed app. */
export interface Workspace {
  readonly team: Team;
  readonly app: App;
  people(): readonly Person[];
  /** Finds by handle or id. */
  person(nameOrId: string): Person | undefined;
  addPerson(person: { name: string; realName?: string; teamId?: string }): Person;
  channels(): readonly Channel[];
  channelById(id: string): Channel | undefined;
  /** Finds by id, `name` or `#name`, as `chat.postMessage` does. */
  channel(idOrName: string): Channel | undefined;
  setChannel(channel: { name: string } & Partial<Channel>): Channel;
  token(value: string): Token | undefined;
  setToken(token: Token): void;
}

/**
 * An id that follows from the name, so that a configuration can be written before the stand-in runs:
 * `ana` is `U0000000ANA`.
 */
export function stableId(prefix: string, name: string): string {
  return (
    prefix +
    name
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, '')
      .slice(0, 20)
      .padStart(10, '0')
  );
}

/** An empty workspace; see `stand-in.ts` for what it starts with. */
export function createWorkspace(team: Team, app: App, ids: IdSource): Workspace {
  const people = new Map<string, Person>();
  const channels = new Map<string, Channel>();
  const tokens = new Map<string, Token>();

  return {
    team,
    app,
    people: () => [...people.values()],
    person: (nameOrId) => people.get(nameOrId) ?? [...people.values()].find(({ name }) => name === nameOrId),
    addPerson({ name, realName = name.charAt(0).toUpperCase() + name.slice(1), teamId = team.id }) {
      const stable = stableId('U', name);
      const person = { id: people.has(stable) ? ids.object('U') : stable, name, realName, teamId };
      people.set(person.id, person);
      return person;
    },
    channels: () => [...channels.values()],
    channelById: (id) => channels.get(id),
    channel: (idOrName) =>
      channels.get(idOrName) ??
      [...channels.values()].find(
        ({ name, isPrivate, hasApp }) => (hasApp || !isPrivate) && name === idOrName.replace(/^#/, ''),
      ),
    setChannel(wanted) {
      const known = [...channels.values()].find(({ id, name }) => id === wanted.id || name === wanted.name);
      const channel = {
        id: channels.has(stableId('C', wanted.name)) ? ids.object('C') : stableId('C', wanted.name),
        isPrivate: false,
        isArchived: false,
        hasApp: true,
        ...known,
        ...wanted,
      };
      channels.set(channel.id, channel);
      return channel;
    },
    token: (value) => tokens.get(value),
    setToken(token) {
      tokens.set(token.value, token);
    },
  };
}
