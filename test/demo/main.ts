// `npm run demo`: pathmedic on one machine, without a cluster and without a Slack workspace. See README.md of this folder.
import { platform } from 'node:os';
import { readArguments, type DemoRequest } from './arguments.ts';
import { followScenario } from './follow.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';
import { openStage } from './stage.ts';
import type { Story } from './story.ts';
import { summaryText } from './story-text.ts';

const names = allScenarios.map(({ name }) => name);

const help = `pathmedic's demo: a simulated cluster of 5 nodes, real agents, the real coordinator and executor, a Slack stand-in.
Something breaks; you see it found, named, approved, fixed, checked twice and closed.

  npm run demo                        ${names[0] ?? ''}; asks you to approve
  npm run demo -- --list              what else can break
  npm run demo -- --scenario NAME     that one (may be repeated); --all takes all
  npm run demo -- --approve           ana approves by herself, as always when there is no terminal
  npm run demo -- --keep              stays up afterwards; prints the addresses and a login token
  npm run demo -- --json              the story as JSON on standard output, as text on standard error

Needs Linux, Node 24 and redis-server. Leaves nothing behind.
Exit codes: 0 all went as it should, 1 it did not, 2 wrong options or not Linux.
`;

type Run = Extract<DemoRequest, { do: 'run' }>;

async function runAll(run: Run, signal: AbortSignal): Promise<number> {
  const stories: Story[] = [];
  const print = (text: string): void => void (run.json ? process.stderr : process.stdout).write(`${text}\n`);
  for (const scenario of allScenarios.filter(({ name }) => run.scenarios.includes(name))) {
    print(`\npathmedic demo, ${scenario.name}: ${scenario.description}\n`);
    const stage = await openStage(signal);
    let keepLogs = false;
    try {
      const story = await followScenario(stage, scenario, { approval: run.approval, print, signal });
      stories.push(story);
      print(summaryText(story));
      keepLogs = !story.ok;
      if (run.keep) await stayUp(stage, print, signal);
    } finally {
      const logs = await stage.close(keepLogs && !signal.aborted);
      if (logs !== null) print(`  logs      ${logs}`);
    }
  }
  if (run.json) process.stdout.write(`${JSON.stringify(stories, null, 2)}\n`);
  return stories.every(({ ok }) => ok) ? 0 : 1;
}

async function stayUp(
  stage: { consoleUrl: string; channelUrl: string; loginToken: string },
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  print(
    [
      '',
      'All of it stays up until Ctrl-C.',
      `  Console  ${stage.consoleUrl}/`,
      `  Login    ${stage.loginToken}`,
      `  Slack    ${stage.channelUrl}`,
    ].join('\n'),
  );
  await new Promise<void>((resolve) => {
    // A timer keeps the process alive whatever else has ended.
    const timer = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

async function main(): Promise<number> {
  const request = readArguments(process.argv.slice(2), names, process.stdout.isTTY);
  switch (request.do) {
    case 'help':
      process.stdout.write(help);
      return 0;
    case 'list': {
      const width = Math.max(...names.map((name) => name.length)) + 2;
      for (const { name, description } of allScenarios)
        process.stdout.write(`${name.padEnd(width)}${description}\n`);
      return 0;
    }
    case 'refuse':
      process.stderr.write(`${request.why}\n`);
      return 2;
    case 'run':
      break;
  }
  if (platform() !== 'linux') {
    process.stderr.write(
      'The demo needs Linux: every simulated pod has an address of its own in 127.0.0.0/8, which other systems do not route.\n',
    );
    return 2;
  }
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error('interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  try {
    return await runAll(request, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stderr.write('\ninterrupted; everything has been stopped and removed\n');
      return 130;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
// Everything has been closed: whatever still holds the process is not worth waiting for.
setTimeout(() => process.exit(), 3000).unref();
