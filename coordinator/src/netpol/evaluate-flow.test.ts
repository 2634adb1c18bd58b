import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp, parseRange, rangeHolds } from './ip-range.ts';
import {
  naiveAllows,
  type RawCase,
  type RawFlow,
  type RawPeer,
  type RawPolicy,
  type RawRule,
} from './naive-policy.fixture.ts';
import { answerPolicyCase, PolicyCase } from './policy-lines.ts';

const labelsArb = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z'), {
  maxKeys: 3,
});
const selectorArb = fc.record(
  {
    matchLabels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'), { maxKeys: 1 }),
    matchExpressions: fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: fc.subarray(['x', 'y', 'z'], { minLength: 1 }),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
);
const ipArb = fc
  .tuple(fc.constantFrom(10, 192), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 7 }))
  .map(([a, b, c]) => `${a}.0.${b}.${c}`);
const cidrArb = fc
  .tuple(ipArb, fc.constantFrom(0, 8, 24, 29, 31, 32))
  .map(([ip, length]) => `${ip}/${length}`);
const peerArb: fc.Arbitrary<RawPeer> = fc.oneof(
  fc.record({ podSelector: selectorArb }),
  fc.record({ namespaceSelector: selectorArb }),
  fc.record({ namespaceSelector: selectorArb, podSelector: selectorArb }),
  fc.record({ ipBlock: fc.record({ cidr: cidrArb, except: fc.array(cidrArb, { maxLength: 1 }) }) }),
);
const protocolArb = fc.constantFrom('TCP', 'UDP', 'SCTP');
const portArb = fc.oneof(
  fc.record(
    { protocol: protocolArb, port: fc.constantFrom<number | string>(53, 80, 'web', 'dns') },
    { requiredKeys: [] },
  ),
  fc.record(
    { protocol: protocolArb, port: fc.constantFrom(50, 79), endPort: fc.constantFrom(80, 90) },
    { requiredKeys: ['port', 'endPort'] },
  ),
);
const ruleArb = (peers: 'from' | 'to'): fc.Arbitrary<RawRule> =>
  fc.record(
    { [peers]: fc.array(peerArb, { maxLength: 2 }), ports: fc.array(portArb, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
const policyArb = fc.record({
  metadata: fc.record({ name: fc.constantFrom('p1', 'p2', 'p3'), namespace: fc.constantFrom('one', 'two') }),
  spec: fc.record(
    {
      podSelector: selectorArb,
      policyTypes: fc.subarray(['Ingress', 'Egress']),
      ingress: fc.array(ruleArb('from'), { maxLength: 2 }),
      egress: fc.array(ruleArb('to'), { maxLength: 2 }),
    },
    { requiredKeys: ['podSelector'] },
  ),
});
const podArb = (name: string) =>
  fc.record({
    namespace: fc.constantFrom('one', 'two'),
    name: fc.constant(name),
    labels: labelsArb,
    ip: ipArb,
    hostNetwork: fc.boolean().map((value) => value && name === 'p3'),
    containerPorts: fc.subarray([
      { name: 'web', port: 80, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ]),
  });
const worldArb: fc.Arbitrary<RawCase> = fc.record({
  namespaces: fc.tuple(labelsArb, labelsArb).map(([one, two]) => [
    { name: 'one', labels: one },
    { name: 'two', labels: two },
  ]),
  pods: fc.tuple(podArb('p1'), podArb('p2'), podArb('p3')),
  policies: fc.array(policyArb, { maxLength: 3 }),
});

/** Every pair of pods, and an outside address both ways, on a few ports. */
function flowsOf(world: RawCase, outside: string): RawFlow[] {
  const pods = world.pods.map((pod) => ({ pod: `${pod.namespace}/${pod.name}` }));
  const pairs = pods.flatMap((from) => [
    ...pods.map((to) => ({ from, to })),
    { from, to: { ip: outside } },
    { from: { ip: outside }, to: from },
  ]);
  return pairs.flatMap((pair) => [
    { ...pair, port: 53, protocol: 'UDP' },
    { ...pair, port: 80, protocol: 'TCP' },
  ]);
}

function evaluate(world: RawCase, flows: RawFlow[]) {
  return answerPolicyCase(PolicyCase.parse({ id: 'x', ...world, flows }));
}

const distinctIps = (world: RawCase, outside: string) =>
  new Set([...world.pods.map(({ ip }) => ip), outside]).size === 4;

describe('the evaluator', () => {
  it('agrees with a second one, written from the prose, on generated cases', () => {
    let denied = 0;
    fc.assert(
      fc.property(worldArb, ipArb, (world, outside) => {
        fc.pre(distinctIps(world, outside));
        const flows = flowsOf(world, outside);
        const answer = evaluate(world, flows);
        const expected = flows.map((flow) => naiveAllows(world, flow));
        denied += expected.filter((allowed) => !allowed).length;
        expect(answer.allowed).toEqual(expected);
      }),
      { numRuns: 700 },
    );
    expect(denied).toBeGreaterThan(2000);
  });

  it('names a policy to blame for exactly the flows that are denied', () => {
    fc.assert(
      fc.property(worldArb, ipArb, (world, outside) => {
        fc.pre(distinctIps(world, outside));
        const { allowed, deniedBy } = evaluate(world, flowsOf(world, outside));
        expect(deniedBy.map((names) => names.length === 0)).toEqual(allowed);
      }),
      { numRuns: 100 },
    );
  });

  it('never allows less when a rule is added to a policy', () => {
    fc.assert(
      fc.property(worldArb, ipArb, ruleArb('to'), (world, outside, rule) => {
        fc.pre(distinctIps(world, outside) && world.policies.length > 0);
        const flows = flowsOf(world, outside);
        const before = evaluate(world, flows).allowed;
        const isolating = (policy: RawPolicy) =>
          policy.spec.policyTypes?.includes('Egress') ||
          ((policy.spec.policyTypes?.length ?? 0) === 0 && (policy.spec.egress?.length ?? 0) > 0);
        const wider = world.policies.map((policy) =>
          isolating(policy)
            ? { ...policy, spec: { ...policy.spec, egress: [...(policy.spec.egress ?? []), rule] } }
            : policy,
        );
        const after = evaluate({ ...world, policies: wider }, flows).allowed;
        before.forEach((allowed, i) => {
          if (allowed) expect(after[i]).toBe(true);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('answers unknown operators and unlisted namespaces with not allowed and nobody to blame', () => {
    const world = (spec: object) => ({
      namespaces: [],
      pods: [
        { namespace: 'one', name: 'p1', labels: {}, ip: '10.0.0.1', hostNetwork: false, containerPorts: [] },
        { namespace: 'two', name: 'p2', labels: {}, ip: '10.0.0.2', hostNetwork: false, containerPorts: [] },
      ],
      policies: [{ metadata: { name: 'p', namespace: 'one' }, spec }],
    });
    const flow = { from: { pod: 'one/p1' }, to: { pod: 'two/p2' }, port: 80, protocol: 'TCP' };
    const answer = (spec: object) =>
      answerPolicyCase(PolicyCase.parse({ id: 1, ...world(spec), flows: [flow] }));
    const byNamespace = {
      podSelector: {},
      egress: [{ to: [{ namespaceSelector: { matchLabels: { team: 'x' } } }] }],
    };
    expect(answer(byNamespace)).toEqual({ id: 1, allowed: [false], deniedBy: [[]] });
    expect(
      answer({
        podSelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: [] }] },
        policyTypes: ['Egress'],
      }).deniedBy,
    ).toEqual([[]]);
    expect(answer({ podSelector: {}, policyTypes: ['Egress'] }).deniedBy).toEqual([['p']]);
  });
});

describe('addresses and ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '10.0.0.1', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00:1:2::/48', 'fd00:1:3::1', false],
    ['10.0.0.0/24', '::ffff:10.0.0.7', true],
  ])('%s holds %s: %s', (cidr, ip, held) => {
    const [range, address] = [parseRange(cidr), parseIp(ip)];
    expect(range !== null && address !== null && rangeHolds(range, address)).toBe(held);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '::1::',
    '1:2:3:4:5:6:7',
    'g::',
    '1.2.3.4/33',
    '10.0.0.0/ 8',
    '1:2:3:4:5:6:7:8:9',
  ])('refuses %o', (text) => {
    expect(parseIp(text)).toBeNull();
    expect(parseRange(text)).toBeNull();
  });
});
