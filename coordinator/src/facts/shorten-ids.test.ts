import { describe, expect, test } from 'vitest';
import { shortenIds } from './shorten-ids.ts';

const hex = '3f9a1c77d2e4b6a8'.repeat(4);
const uid = '5c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b';

describe('long ids in the text of events and logs', () => {
  test.each([
    [
      `failed to set up sandbox container "${hex}" network for pod "web"`,
      'failed to set up sandbox container "3f9a1c77d2e4…" network for pod "web"',
    ],
    [`image coredns@sha256:${hex} not found`, 'image coredns@sha256:3f9a1c77d2e4… not found'],
    [`pod "web_shop(${uid})" deleted`, 'pod "web_shop(5c0f1a2b-3c4…)" deleted'],
    [
      `/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${hex}.scope`,
      '/kubepods-burstable-pod5c0f1a2b_3c4….slice/cri-containerd-3f9a1c77d2e4….scope',
    ],
    [`k8s_coredns_kube-system_${uid}_0`, 'k8s_coredns_kube-system_5c0f1a2b-3c4…_0'],
  ])('are cut: %j', (text, expected) => {
    expect(shortenIds(text)).toBe(expected);
  });

  test.each([
    'pod web-7d9f8b6c5d-x2x4z on 10.244.1.17 at fe80::5c0f:1a2b',
    'corefile 3f9a1c77d2e4 and commit 3f9a1c77d2e4b6a8',
    `word${hex}word`,
  ])('everything else stays: %j', (text) => {
    expect(shortenIds(text)).toBe(text);
  });

  test('in linear time', () => {
    const hostile = [
      'a'.repeat(300_000),
      `${'a'.repeat(300_000)}z`,
      'aaaaaaaa-aaaa-aaaa-aaaa-'.repeat(12_000),
      `${'a'.repeat(31)}-`.repeat(10_000),
    ];
    const startedMs = performance.now();
    for (const text of hostile) shortenIds(text);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
