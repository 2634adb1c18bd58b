import { z } from 'zod';
import { SlackCallError } from '../slack-error.ts';
import type { Person, Workspace } from '../workspace.ts';
import { flag } from './arguments.ts';
import { defineMethod, type Method } from './method.ts';

interface AccountDependencies {
  readonly workspace: Workspace;
  readonly publicUrl: () => string;
  /** Gives a single-use WebSocket URL that is reachable through `host`. */
  readonly openSocketUrl: (host: string) => string;
}

function personJson(person: Person, homeTeamId: string): Record<string, unknown> {
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    real_name: person.realName,
    deleted: false,
    tz: 'Etc/UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    profile: {
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.name,
      display_name_normalized: person.name,
      team: person.teamId,
    },
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: false,
    is_app_user: false,
    ...(person.teamId !== homeTeamId && { is_stranger: true }),
    updated: 0,
  };
}

/** `auth.test`, `users.info`, `apps.connections.open`. */
export function accountMethods({ workspace, publicUrl, openSocketUrl }: AccountDependencies): Method[] {
  const { app, team } = workspace;
  return [
    defineMethod({
      name: 'auth.test',
      tokenKind: 'bot',
      scope: undefined,
      args: z.strictObject({}),
      run: () => ({
        url: `${publicUrl()}/`,
        team: team.name,
        team_id: team.id,
        user: app.name,
        user_id: app.botUserId,
        bot_id: app.botId,
        is_enterprise_install: false,
      }),
    }),
    defineMethod({
      name: 'users.info',
      tokenKind: 'bot',
      scope: 'users:read',
      args: z.strictObject({ user: z.string().min(1), include_locale: flag.optional() }),
      run(args) {
        const person = workspace.person(args.user);
        if (person?.id !== args.user) throw new SlackCallError('user_not_found');
        return { user: personJson(person, team.id) };
      },
    }),
    defineMethod({
      name: 'apps.connections.open',
      tokenKind: 'app',
      scope: 'connections:write',
      args: z.strictObject({}),
      run: (_args, { host }) => ({ url: openSocketUrl(host) }),
    }),
  ];
}
