import { z } from 'zod';
import { ActionType, Json } from './action.ts';

/** An action of the catalogue as somebody typed it: no UID yet, the namespace only if it was given. */
export const TypedAction = z.strictObject({
  type: ActionType.exclude(['escalate']),
  /** Null for actions that name no object: there is only one. */
  target: z
    .strictObject({ namespace: z.string().max(253).nullable(), name: z.string().min(1).max(253) })
    .nullable(),
  params: z.record(z.string(), Json),
});
export type TypedAction = z.infer<typeof TypedAction>;

export type ParsedAction = { ok: true; action: TypedAction } | { ok: false; why: string };

const objectName = /^(?:([a-z0-9][-a-z0-9]{0,62})\/)?([a-z0-9][-a-z0-9.]{0,252})$/;
const labelKey = /^[A-Za-z0-9][-A-Za-z0-9_./]{0,316}$/;
const toleration = /^([A-Za-z0-9][-A-Za-z0-9_./]{0,316})(?:=([-A-Za-z0-9_.]{0,63}))?:(NoSchedule|NoExecute)$/;

/** How each action is typed, and what it does; the others need more than fits in a line of a conversation. */
export const typedActions: readonly { type: TypedAction['type']; takes: string; does: string }[] = [
  { type: 'delete-pod', takes: 'NAMESPACE/POD', does: 'replace one CNI or CoreDNS pod' },
  { type: 'restart-daemonset', takes: 'NAMESPACE/NAME', does: 'roll a CNI agent' },
  { type: 'restart-deployment', takes: 'NAMESPACE/NAME', does: 'roll CoreDNS or a controller of the CNI' },
  { type: 'scale-coredns', takes: 'REPLICAS', does: 'more CoreDNS pods' },
  {
    type: 'patch-daemonset-node-selector',
    takes: 'NAMESPACE/NAME remove KEY',
    does: 'let the CNI agent run on nodes without that label',
  },
  {
    type: 'patch-daemonset-tolerations',
    takes: 'NAMESPACE/NAME add KEY=VALUE:EFFECT',
    does: 'let the CNI agent run on nodes with that taint',
  },
];

/** `delete-pod kube-system/coredns-x`, `scale-coredns 3`, ...: what follows `propose`. Pure. */
export function parseTypedAction(words: readonly string[]): ParsedAction {
  const [typed = '', ...rest] = words;
  const form = typedActions.find(({ type }) => type === typed.toLowerCase());
  if (form === undefined) return { ok: false, why: unknownAction(typed) };
  const usage = { ok: false, why: `That is typed as: propose ${form.type} ${form.takes}` } as const;
  if (form.type === 'scale-coredns') {
    const [count, ...more] = rest;
    if (count === undefined || !/^[1-9]\d?$/.test(count) || more.length > 0) return usage;
    return { ok: true, action: { type: form.type, target: null, params: { replicas: Number(count) } } };
  }
  const [object = '', ...args] = rest;
  const named = objectName.exec(object);
  if (named?.[2] === undefined) return usage;
  const params = paramsOf(form.type, args);
  if (params === null) return usage;
  const target = { namespace: named[1] ?? null, name: named[2] };
  return { ok: true, action: { type: form.type, target, params } };
}

function unknownAction(typed: string): string {
  const known = typedActions.map(({ type }) => type).join(', ');
  const inCatalogue = ActionType.options.some((type) => type === typed.toLowerCase());
  return inCatalogue
    ? `"${typed}" needs more than fits in a message: pathmedic works it out itself where the evidence allows it. What can be typed: ${known}.`
    : `"${typed}" is not in the catalogue of actions. What can be typed: ${known}.`;
}

function paramsOf(type: TypedAction['type'], args: readonly string[]): TypedAction['params'] | null {
  const [verb, ...items] = args;
  switch (type) {
    case 'patch-daemonset-node-selector':
      if (verb !== 'remove' || items.length === 0 || !items.every((key) => labelKey.test(key))) return null;
      return { removeKeys: [...items] };
    case 'patch-daemonset-tolerations': {
      const parsed = items.map((item) => toleration.exec(item));
      if (verb !== 'add' || items.length === 0 || parsed.includes(null)) return null;
      return {
        add: parsed.flatMap((match) => {
          const [, key = '', value, effect = ''] = match ?? [];
          const how = value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value };
          return [{ key, ...how, effect }];
        }),
      };
    }
    default:
      return args.length === 0 ? {} : null;
  }
}
