import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Story } from './story.ts';
import type { TestBed } from './test-bed.ts';

/** Keeps what is needed to understand a run later: its story, the write-ups, and what the product logged since it began. */
export async function keepEvidence(
  bed: TestBed,
  outputDir: string,
  story: Story,
  sinceMs: number,
): Promise<void> {
  const folder = join(outputDir, `${story.name}-${story.placement}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'story.json'), `${JSON.stringify(story, null, 2)}\n`);
  for (const { id } of story.incidents) {
    // A part that cannot be had must not hide the failure that it was wanted for.
    await attempt(join(folder, `report-${id}.md`), () => bed.product.writeUp(id));
    await attempt(join(folder, `incident-${id}.json`), async () =>
      JSON.stringify(await bed.product.incident(id), null, 2),
    );
  }
  const since = `--since-time=${new Date(sinceMs).toISOString()}`;
  for (const component of ['coordinator', 'executor']) {
    const pods = ['-n', bed.deployment.namespace, 'logs', '-l', `app.kubernetes.io/component=${component}`];
    const logs = [...pods, '-c', component, '--tail=-1', since];
    await attempt(join(folder, `${component}.log`), () => bed.lab.kubectl(logs, { timeoutMs: 20_000 }));
    if (story.result !== 'failed') continue;
    await attempt(join(folder, `${component}.previous.log`), () =>
      bed.lab.kubectl([...logs, '--previous'], { timeoutMs: 20_000 }),
    );
  }
  if (story.result === 'failed') {
    await attempt(join(folder, 'slack.json'), async () =>
      JSON.stringify(await bed.product.channel(), null, 2),
    );
    await attempt(join(folder, 'pods.txt'), () =>
      bed.lab.kubectl(['get', 'pods,nodes', '-A', '-o', 'wide'], { timeoutMs: 20_000 }),
    );
  }
}

async function attempt(file: string, make: () => Promise<string>): Promise<void> {
  const content = await make().catch(
    (error: unknown) => `not available: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  await writeFile(file, content);
}
