// Runs the Slack stand-in as a process of its own:
//
//   node test/slack/main.ts [--host 0.0.0.0] [--port 8081] [--public-url URL] [--json] ...
//
// Secrets come from the environment, see below. Ends on SIGINT or SIGTERM.
import { parseArgs } from 'node:util';
import { createSlackStandIn } from './stand-in.ts';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'public-url': { type: 'string' },
    channel: { type: 'string', default: 'cluster-alerts' },
    people: { type: 'string', default: 'ana,ben,chidi' },
    'interactivity-url': { type: 'string' },
    'events-url': { type: 'string' },
    'message-events': { type: 'boolean', default: false },
    'no-rate-limits': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** Options that were set, by the name the stand-in knows them by. */
function present(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(options).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

const slack = await createSlackStandIn({
  host: values.host,
  port: Number(values.port),
  channelName: values.channel,
  people: values.people.split(','),
  messageEvents: values['message-events'] ? 'subscribed' : 'none',
  ...(values['no-rate-limits'] && { rateLimits: 'off' as const }),
  ...present({
    publicUrl: values['public-url'],
    interactivityUrl: values['interactivity-url'],
    eventsUrl: values['events-url'],
    botToken: process.env.SLACK_STAND_IN_BOT_TOKEN,
    appToken: process.env.SLACK_STAND_IN_APP_TOKEN,
    signingSecret: process.env.SLACK_STAND_IN_SIGNING_SECRET,
    controlToken: process.env.SLACK_STAND_IN_CONTROL_TOKEN,
  }),
});

const { url, apiUrl, pageUrl, channel, workspace } = slack;
const people = workspace.people().map(({ name, id }) => ({ name, id }));
if (values.json) {
  const teamId = workspace.team.id;
  process.stdout.write(
    `${JSON.stringify({ url, apiUrl, pageUrl, teamId, channelId: channel.id, people })}\n`,
  );
} else {
  process.stdout.write(
    [
      `Channel #${channel.name} (${channel.id}) of team ${workspace.team.id}: ${pageUrl}`,
      `Web API and Socket Mode: ${apiUrl}`,
      `People: ${people.map(({ name, id }) => `${name} ${id}`).join(', ')}`,
      '',
    ].join('\n'),
  );
}

const stop = (): void => {
  void slack.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
