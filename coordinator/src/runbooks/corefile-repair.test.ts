import { describe, expect, it } from 'vitest';
import { checkCorefile } from '../actions/corefile-check.ts';
import { complaintsIn } from './corefile-complaint.ts';
import { repairCorefile } from './corefile-repair.ts';
import { COREFILE as GOOD } from './situation.fixture.ts';

/** With a stub zone, a snippet and comments, indented by tabs. */
const RICH = `# our own
(common) {
\terrors
\tcache 30
}
.:53 {
\timport common
\thealth
\tready
\tlog . {
\t\tclass error
\t}
\trewrite name old.example. new.example.
\thosts {
\t\t10.0.0.1 a.example
\t\tfallthrough
\t}
\tkubernetes k8s.corp {
\t\tpods verified
\t}
\tforward . 10.1.0.2 10.1.0.3
\treload 10s
\timport /etc/coredns/custom/*.override
}
corp.example:53 {
\timport common
\tforward . 10.1.0.9
}
import /etc/coredns/custom/*.server
`;
const expect_ = (zone: string) => ({ zone, ownAddresses: ['10.96.0.10'] });

function repair(text: string, over: { log?: string[]; lastGood?: string | null; zone?: string } = {}) {
  return repairCorefile({
    text,
    complaints: complaintsIn(over.log ?? []),
    lastGood: over.lastGood ?? null,
    expect: expect_(over.zone ?? 'cluster.local'),
  });
}

describe('a good Corefile', () => {
  it('has no problem', () => {
    expect(checkCorefile(GOOD, expect_('cluster.local'))).toEqual([]);
    expect(checkCorefile(RICH, expect_('k8s.corp'))).toEqual([]);
  });

  it('serves another zone than the expected one: said', () => {
    expect(checkCorefile(RICH, expect_('cluster.local'))).toMatchObject([{ kind: 'zone-missing' }]);
  });
});

describe('a word that is one edit away', () => {
  it.each([
    ['    ready\n', '    redy\n'],
    ['    loop\n', '    lopp\n'],
    ['    cache 30\n', '    chache 30\n'],
    ['    errors\n', '    erorrs\n'],
    ['    kubernetes cluster', '    kuberntes cluster'],
    ['    forward . ', '    foward . '],
    ['    prometheus :9153', '    promethues :9153'],
    ['       lameduck 5s', '       lameduk 5s'],
    ['       pods insecure', '       pod insecure'],
    ['       max_concurrent', '       max_concurent'],
    ['    loadbalance\n', '    loadbalence\n'],
  ])('%o written as %o is put right, and nothing else is touched', (right, wrong) => {
    const broken = GOOD.replace(right, wrong);
    expect(broken).not.toBe(GOOD);
    expect(repair(broken)).toMatchObject({ ok: true, corefile: GOOD, certainty: 'typo' });
  });

  it('also in a file that looks quite different', () => {
    const broken = RICH.replace('\trewrite name', '\trewrit name');
    expect(repair(broken, { zone: 'k8s.corp' })).toMatchObject({
      ok: true,
      corefile: RICH,
      change: 'Write rewrit as rewrite (line 13)',
    });
  });

  it('does not become a plugin that is there already', () => {
    const broken = GOOD.replace('    reload\n', '    reload\n    redy\n');
    expect(repair(broken)).toMatchObject({
      ok: true,
      corefile: GOOD,
      change: 'Remove redy (line 19)',
      certainty: 'removed',
    });
  });
});

describe('braces', () => {
  const same = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');

  it.each([
    ['the last one missing', (text: string) => text.slice(0, text.lastIndexOf('}'))],
    [
      'one inside missing',
      (text: string) => text.replace('       lameduck 5s\n    }\n', '       lameduck 5s\n'),
    ],
    [
      'one before another block missing',
      (text: string) => text.replace('       ttl 30\n    }\n', '       ttl 30\n'),
    ],
    ['one too many', (text: string) => text.replace('    loop\n', '    }\n    loop\n')],
    ['one too many at the end', (text: string) => `${text}}\n`],
    ['an opening one missing', (text: string) => text.replace('/etc/resolv.conf {', '/etc/resolv.conf')],
  ])('%s', (_, breaks) => {
    const broken = breaks(GOOD);
    const result = repair(broken);
    expect(checkCorefile(broken, expect_('cluster.local'))).not.toEqual([]);
    expect(result.ok && same(result.corefile)).toEqual(same(GOOD));
  });
});

describe('lines that CoreDNS refuses', () => {
  it('are taken out where nothing depends on them', () => {
    const broken = GOOD.replace(
      '    cache 30\n',
      '    cache 30\n    blocklist ads.txt {\n       refresh 1h\n    }\n',
    );
    expect(repair(broken)).toMatchObject({ ok: true, corefile: GOOD, change: 'Remove blocklist (line 17)' });
  });

  it('are taken from its log where our own checks see nothing', () => {
    const broken = GOOD.replace('    errors\n', '    errors {\n        consolidate soon ".*"\n    }\n');
    const log = ['/etc/coredns/Corefile:3 - Error during parsing: invalid duration'];
    expect(repair(broken, { log: log.map((line) => `plugin/errors: ${line}`) })).toMatchObject({
      ok: true,
      certainty: 'removed',
    });
    const reload = GOOD.replace('    reload\n', '    reload 1s\n');
    expect(
      repair(reload, { log: ['plugin/reload: interval value must be greater or equal to 2s'] }),
    ).toMatchObject({ ok: true, corefile: GOOD });
  });

  it('are never taken out when they serve the cluster zone, lead outside, or make the pods ready', () => {
    expect(repair(GOOD.replace('kubernetes cluster.local', 'xyz cluster.local')).ok).toBe(false);
    expect(repair(GOOD.replace('forward .', 'upstreams .')).ok).toBe(false);
    expect(repair(GOOD.replace('    ready\n', '    xyz\n')).ok).toBe(false);
    expect(repair(GOOD.replace('forward . /etc/resolv.conf', 'forward .')).ok).toBe(false);
  });
});

describe('a CoreDNS build of its own', () => {
  it('is left to people: what it accepted must not be "repaired"', () => {
    const broken = GOOD.replace('    errors\n', '    errors\n    k8s_gateway corp.example\n').replace(
      '    cache 30\n',
      '    cach 30\n',
    );
    const log = ["/etc/coredns/Corefile:17 - Error during parsing: Unknown directive 'cach'"];
    expect(repair(broken, { log })).toMatchObject({ ok: false, why: expect.stringContaining('line 3') });
  });
});

describe('the last good text', () => {
  it('gives back just the lines that were changed there', () => {
    const lastGood = GOOD.replace('cache 30', 'cache 60');
    const broken = GOOD.replace('forward . /etc/resolv.conf', 'forward .');
    expect(repair(broken, { lastGood })).toMatchObject({ ok: true, corefile: GOOD, certainty: 'restored' });
  });

  it('gives back a lost zone and a forward that leads to itself', () => {
    const noZone = GOOD.replace(/ {4}kubernetes[\s\S]*?\n {4}\}\n/, '');
    expect(repair(noZone, { lastGood: GOOD })).toMatchObject({ ok: true, corefile: GOOD });
    expect(repair(noZone).ok).toBe(false);
    const own = GOOD.replace('/etc/resolv.conf', '10.96.0.10');
    expect(repair(own, { lastGood: GOOD })).toMatchObject({ ok: true, corefile: GOOD });
    expect(repair(own).ok).toBe(false);
  });

  it('is of no use when it is broken itself', () => {
    expect(
      repair(GOOD.replace('forward .', 'upstreams .'), { lastGood: GOOD.replace('forward .', 'upstream .') })
        .ok,
    ).toBe(false);
  });
});

describe('a loop through the resolv.conf of the node', () => {
  it('is nothing that the Corefile alone can tell how to mend', () => {
    const log = [
      '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 1."',
    ];
    const result = repair(GOOD, { log });
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining('forwards to itself') });
  });
});

describe('what CoreDNS prints', () => {
  it.each([
    ["/etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'", { kind: 'parse', line: 6 }],
    [
      "2026-03-04T03:12:41.123Z /etc/coredns/Corefile:18 - Syntax error: Unexpected token 'x', expecting '}'",
      { kind: 'parse', line: 18 },
    ],
    [
      "plugin/health: /etc/coredns/Corefile:4 - Error during parsing: unknown property 'lameduk'",
      { kind: 'plugin', plugin: 'health', line: 4 },
    ],
    [
      "/etc/coredns/custom/a.override:2 - Error during parsing: Unknown directive 'x'",
      { kind: 'parse', line: null },
    ],
    [
      '[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: plugin/forward: not an IP address or file: "x"',
      { kind: 'plugin', plugin: 'forward' },
    ],
    ['cannot serve dns://.:53 - it is already defined', { kind: 'server' }],
    ['[FATAL] plugin/loop: Seen "HINFO IN 1.2." more than twice, loop detected', { kind: 'loop' }],
  ])('%s', (line, complaint) => {
    expect(complaintsIn([line])).toMatchObject([complaint]);
  });

  it.each([
    '[ERROR] plugin/errors: 2 invalid.example. A: read udp 10.0.0.1:1->10.0.0.2:53: i/o timeout',
    '[INFO] 10.244.0.5:4242 - 1 "A IN x:1 - Error during parsing: y. udp" NOERROR',
    '[INFO] plugin/reload: Running configuration SHA512 = 00',
    '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API',
  ])('is no complaint: %s', (line) => {
    expect(complaintsIn([line])).toEqual([]);
  });
});
