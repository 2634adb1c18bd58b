import type { ContainerRecord } from '../../../facts/records.ts';
import { fieldsOf, listOf, numberOf, shortText, textOf, timeMsOf, type Fields } from './json-fields.ts';

/** Containers of a pod's spec joined with their statuses; one without a status has not been started. */
export function trimContainers(specs: unknown, statuses: unknown): ContainerRecord[] {
  const byName = new Map(
    listOf(statuses).map((item) => {
      const status = fieldsOf(item);
      return [textOf(status['name']), status] as const;
    }),
  );
  return listOf(specs).map((item) => {
    const spec = fieldsOf(item);
    const name = textOf(spec['name']);
    return trimContainer(name, spec, byName.get(name) ?? {});
  });
}

function trimContainer(name: string, spec: Fields, status: Fields): ContainerRecord {
  return {
    name,
    image: textOf(spec['image']),
    ready: status['ready'] === true,
    restarts: numberOf(status['restartCount']),
    ...stateOf(fieldsOf(status['state'])),
    lastExit: lastExitOf(fieldsOf(status['lastState'])['terminated']),
    ports: listOf(spec['ports']).map((item) => {
      const port = fieldsOf(item);
      return {
        name: textOf(port['name']),
        port: numberOf(port['containerPort']),
        protocol: textOf(port['protocol']) || 'TCP',
      };
    }),
  };
}

function stateOf(state: Fields): Pick<ContainerRecord, 'state' | 'reason' | 'message'> {
  if (state['running'] !== undefined) return { state: 'running', reason: '', message: '' };
  for (const kind of ['waiting', 'terminated'] as const) {
    if (state[kind] === undefined) continue;
    const { reason, message } = fieldsOf(state[kind]);
    return { state: kind, reason: textOf(reason), message: shortText(message, 300) };
  }
  return { state: 'unknown', reason: '', message: '' };
}

function lastExitOf(terminated: unknown): ContainerRecord['lastExit'] {
  if (terminated === undefined || terminated === null) return null;
  const { exitCode, reason, message, finishedAt } = fieldsOf(terminated);
  return {
    code: numberOf(exitCode),
    reason: textOf(reason),
    message: shortText(message, 300),
    atMs: timeMsOf(finishedAt),
  };
}
