import { expect, test } from 'vitest';
import { parseConversationCommand } from './conversation-command.ts';

const parsed = parseConversationCommand;

test('a message is a command only as a whole, however it is written', () => {
  expect(parsed(' Why? ')).toEqual({ command: 'why' });
  expect(parsed('`take   over`')).toEqual({ command: 'take over' });
  expect(parsed('/help')).toEqual({ command: 'help' });
  for (const text of [
    'why is that',
    'I will close the door',
    'propose we wait',
    'logs are full of it',
    'logs'.repeat(2),
  ])
    expect(parsed(text)).toBeNull();
});

test('logs names one pod, with its namespace or without', () => {
  expect(parsed('logs kube-system/coredns-5d-x')).toEqual({
    command: 'logs',
    pod: { namespace: 'kube-system', name: 'coredns-5d-x' },
  });
  expect(parsed('LOGS coredns-5d-x.')).toMatchObject({ pod: { namespace: null, name: 'coredns-5d-x' } });
  expect(parsed('logs')).toMatchObject({
    command: 'logs',
    why: expect.stringContaining('logs NAMESPACE/POD'),
  });
  for (const text of [
    'logs Kube-System/x',
    'logs ../../secrets',
    'logs a-b; rm -rf',
    'logs please',
    'logs a-b c-d',
  ])
    expect(parsed(text)).toBeNull();
});

test('propose names an action of the catalogue, its object and what it needs', () => {
  const action = (text: string) => {
    const command = parsed(text);
    return command !== null && 'action' in command ? command.action : null;
  };
  expect(action('propose delete-pod kube-system/coredns-1')).toEqual({
    type: 'delete-pod',
    target: { namespace: 'kube-system', name: 'coredns-1' },
    params: {},
  });
  expect(action('propose scale-coredns 3')).toEqual({
    type: 'scale-coredns',
    target: null,
    params: { replicas: 3 },
  });
  expect(
    action('propose patch-daemonset-node-selector net/agent remove Pool example.com/Zone')?.params,
  ).toEqual({
    removeKeys: ['Pool', 'example.com/Zone'],
  });
  expect(
    action('propose patch-daemonset-tolerations net/agent add gpu=a100:NoSchedule spot:NoExecute')?.params,
  ).toEqual({
    add: [
      { key: 'gpu', operator: 'Equal', value: 'a100', effect: 'NoSchedule' },
      { key: 'spot', operator: 'Exists', effect: 'NoExecute' },
    ],
  });
});

test('what cannot be followed says how it is typed, or what can be', () => {
  const why = (text: string) => {
    const command = parsed(text);
    return command !== null && 'why' in command ? command.why : null;
  };
  expect(why('propose help')).toBe('');
  expect(why('propose delete-pod')).toBe('That is typed as: propose delete-pod NAMESPACE/POD');
  expect(why('propose scale-coredns 0')).toContain('REPLICAS');
  expect(why('propose scale-coredns 3 now')).toContain('REPLICAS');
  expect(why('propose restart-deployment a/b/c')).toContain('NAMESPACE/NAME');
  expect(why('propose patch-daemonset-tolerations net/agent add :NoSchedule')).toContain('EFFECT');
  expect(why('propose drain-node node1')).toContain('"drain-node" is not in the catalogue');
  expect(why('propose patch-corefile kube-system/coredns')).toContain('needs more than fits in a message');
  expect(why('propose escalate x')).toBeNull();
});
