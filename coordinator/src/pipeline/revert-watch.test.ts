import { describe, expect, test } from 'vitest';
import { stillAsWritten, writtenFields } from '../actions/still-as-written.ts';
import type { Json, JsonPatchOperation } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ReadResult } from '../ports/cluster.ts';
import { fieldManagerOf } from './field-manager.ts';
import { corefilePlan, createStory, startMs, untilExecuted } from './incident-story.fixture.ts';
import { lookForRevert, nextLookMs, watchForMs } from './revert-watch.ts';

const writtenAtMs = startMs + 60_000;
const nowMs = writtenAtMs + 180_000;
const written = '.:53 {\n  ready\n}\n';

interface Write {
  manager: string;
  atS: number;
  fields: Json;
  subresource?: string;
}

/** The ConfigMap of the story's plan, with these rows in managedFields (`atS` after our write). */
function configMap(corefile: string, ...writes: Write[]): RawObject {
  const managedFields = writes.map(({ manager, atS, fields, subresource = '' }) => ({
    manager,
    subresource,
    time: new Date(writtenAtMs + atS * 1000).toISOString().replace('.000', ''),
    fieldsV1: fields,
  }));
  return { metadata: { uid: 'u1', managedFields }, data: { Corefile: corefile } };
}

const ownsCorefile = { 'f:data': { '.': {}, 'f:Corefile': {} } };
const ours: Write = { manager: fieldManagerOf(corefilePlan.id), atS: 0, fields: ownsCorefile };

function look(read: ReadResult, incident = untilExecuted().incident(), atMs = nowMs) {
  return lookForRevert({ read: async () => read }, incident, atMs);
}
const lookAt = (object: RawObject) => look({ ok: true, object });

describe('what a plan wrote', () => {
  test('is not told of while it stands', async () => {
    expect(await lookAt(configMap(written, ours))).toBeNull();
  });

  test('is told with who changed it and when', async () => {
    const object = configMap(
      'old',
      { manager: 'kubectl-edit', atS: -30, fields: ownsCorefile },
      { manager: 'argocd-controller', atS: 95, fields: ownsCorefile },
      { manager: 'labeller', atS: 120, fields: { 'f:metadata': { 'f:labels': { 'f:x': {} } } } },
      { manager: 'kubelet', atS: 130, fields: ownsCorefile, subresource: 'status' },
    );
    expect(await lookAt(object)).toEqual({
      type: 'reverted',
      proposalId: corefilePlan.id,
      step: 0,
      by: 'argocd-controller',
      atMs: writtenAtMs + 95_000,
    });
  });

  test('is told without a name where the object does not tell', async () => {
    expect(await lookAt(configMap('old', ours))).toMatchObject({ by: null, atMs: nowMs });
  });

  test('may be changed further by another plan', async () => {
    const other = { manager: fieldManagerOf('plan-of-another'), atS: 60, fields: ownsCorefile };
    expect(await lookAt(configMap('better', other))).toBeNull();
  });

  test('that cannot be read, or is gone, is no revert', async () => {
    expect(await look({ ok: false, reason: 'unavailable', detail: 'x' })).toBeNull();
    expect(await look({ ok: false, reason: 'not-found' })).toBeNull();
  });

  test('is watched for ten minutes, told once, and not watched where nothing was written', async () => {
    const story = untilExecuted();
    expect(nextLookMs(story.incident(), nowMs)).toBe(nowMs + 20_000);
    expect(nextLookMs(story.incident(), writtenAtMs + watchForMs)).toBeNull();
    expect(nextLookMs(createStory().incident(), nowMs)).toBeNull();
    const told = await lookAt(configMap('old', ours));
    if (told === null) throw new Error('not told');
    const after = story.tell(told).incident();
    expect(nextLookMs(after, nowMs)).toBeNull();
    expect(await look({ ok: true, object: configMap('old', ours) }, after)).toBeNull();
  });
});

describe('the fields of a step', () => {
  const egress = { to: [{ podSelector: {} }], ports: [{ port: 53 }] };
  const add: JsonPatchOperation[] = [{ op: 'add', path: '/spec/egress/-', value: egress }];
  const policy = (...rules: Json[]): RawObject => ({ spec: { egress: rules } });

  test('stand also when the API server filled something in, and not when a part is gone', () => {
    const filledIn = { ...egress, ports: [{ port: 53, protocol: 'TCP' }] };
    expect(stillAsWritten(add, policy({}, filledIn))).toBe(true);
    expect(stillAsWritten(add, policy({}))).toBe(false);
    expect(stillAsWritten(add, policy({ ...egress, ports: [] }))).toBe(false);
    expect(stillAsWritten([{ op: 'remove', path: '/spec/egress' }], policy())).toBe(false);
    expect(stillAsWritten([{ op: 'remove', path: '/spec/ingress' }], policy())).toBe(true);
  });

  test('are none for an act: a restart is over once it is done', () => {
    const [step] = corefilePlan.steps;
    if (step === undefined) throw new Error('no step');
    expect(writtenFields(step)).toHaveLength(1);
    expect(writtenFields({ ...step, request: { ...step.request, type: 'restart-deployment' } })).toBeNull();
  });
});
