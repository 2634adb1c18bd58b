import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program with nothing in its environment but `env`; `onOutput` sees all of stdout so far. */
async function run(
  args: string[],
  env: Record<string, string>,
  onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Run> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    onOutput?.(stdout, (signal) => void child.kill(signal));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

const env = {
  PATHMEDIC_NODE_NAME: 'node-a',
  PATHMEDIC_POD_NAMESPACE: 'pathmedic',
  PATHMEDIC_POD_NAME: 'agent-a',
  PATHMEDIC_POD_UID: 'uid-a',
  PATHMEDIC_COORDINATOR_URLS: 'http://127.0.0.1:9',
  PATHMEDIC_BIND_ADDRESS: '127.0.0.61',
  PATHMEDIC_LISTEN_TCP: '0',
  PATHMEDIC_LISTEN_UDP: '0',
  PATHMEDIC_LISTEN_HTTP: '0',
  PATHMEDIC_LISTEN_RESTRICTED: '0',
  PATHMEDIC_LISTEN_METRICS: '0',
};

describe.concurrent('the program', { timeout: 30_000 }, () => {
  test('says its version and explains every setting', async () => {
    const [version, help] = await Promise.all([run(['--version'], {}), run(['--help'], {})]);
    expect(version).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` });
    expect(help.code).toBe(0);
    for (const name of Object.keys(env)) expect(help.stdout).toContain(name);
  });

  test('lists everything that is wrong with its configuration and exits with 2', async () => {
    const { code, stderr } = await run([], { PATHMEDIC_LISTEN_TPC: '1' });
    expect(code).toBe(2);
    expect(stderr).toContain('PATHMEDIC_NODE_NAME is required');
    expect(stderr).toContain('did you mean PATHMEDIC_LISTEN_TCP?');
  });

  test('refuses an option it does not know', async () => {
    expect((await run(['--verbose'], env)).code).toBe(2);
  });

  test('ends in order on SIGTERM', async () => {
    const { code, stdout } = await run([], env, (output, kill) => {
      if (output.includes('agent runs')) kill('SIGTERM');
    });
    expect(code).toBe(0);
    expect(stdout).toContain('shutting down');
  });

  test('a port that is taken ends it with 1 and a reason', async () => {
    const clashes: Promise<Run>[] = [];
    const first = run([], { ...env, PATHMEDIC_BIND_ADDRESS: '127.0.0.62' }, (output, kill) => {
      const port = /"tcp":(\d+)/.exec(output)?.[1];
      if (port === undefined || clashes.length > 0) return;
      const clash = { ...env, PATHMEDIC_BIND_ADDRESS: '127.0.0.62', PATHMEDIC_LISTEN_TCP: port };
      clashes.push(run([], clash).finally(() => kill('SIGTERM')));
    });
    await first;
    const [second] = await Promise.all(clashes);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') });
  });
});
