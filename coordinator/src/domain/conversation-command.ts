import { conversationCommands } from '@pathmedic/shared/contract/conversation-command.ts';
import type { ConversationCommand } from '@pathmedic/shared/contract/conversation-command.ts';
import { parseTypedAction, type TypedAction } from './typed-action.ts';

/** Commands that stand alone. */
export type PlainCommand = Exclude<ConversationCommand, 'logs' | 'propose'>;

/** A message that is a command. */
export type AskedCommand =
  | { command: PlainCommand }
  | { command: 'logs'; pod: { namespace: string | null; name: string } }
  | { command: 'propose'; action: TypedAction }
  /** Meant as a command, as far as that can be told, but it cannot be followed; `why` says how it is typed. */
  | { command: 'logs' | 'propose'; why: string };

const podName = /^(?:([a-z0-9][-a-z0-9]{0,62})\/)?([a-z0-9][-a-z0-9.]{0,252})$/;

/**
 * The command a message is, or null for plain conversation. The whole message has to be the command: a sentence that
 * merely contains one ("I will close the door", "logs are full of it") stays a sentence. Case, surrounding space, end
 * punctuation, a leading slash and backticks do not count.
 */
export function parseConversationCommand(text: string): AskedCommand | null {
  const words = text
    .trim()
    .replace(/^[`/]+|`+$/g, '')
    .replace(/[?!.`]+$/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const plain = words.join(' ').toLowerCase();
  const alone = conversationCommands.find(({ command }) => command === plain)?.command;
  const first = words[0]?.toLowerCase();
  if (first === 'logs') return logsCommand(words.slice(1));
  if (first === 'propose') return proposeCommand(words.slice(1));
  return alone === undefined || alone === 'logs' || alone === 'propose' ? null : { command: alone };
}

/** Pods have a dash in their names, or are given with their namespace: words of a sentence have neither. */
function logsCommand(words: readonly string[]): AskedCommand | null {
  const [object = '', ...more] = words;
  if (object === '') return { command: 'logs', why: 'That is typed as: logs NAMESPACE/POD' };
  const named = podName.exec(object);
  if (more.length > 0 || named?.[2] === undefined || !/[-/]/.test(object)) return null;
  return { command: 'logs', pod: { namespace: named[1] ?? null, name: named[2] } };
}

function proposeCommand(words: readonly string[]): AskedCommand | null {
  const [first = ''] = words;
  // "propose we wait" is meant for people; every action has a dash in its name.
  if (first !== '' && !first.includes('-') && words.join(' ').toLowerCase() !== 'help') return null;
  if (!first.includes('-')) return { command: 'propose', why: '' };
  const parsed = parseTypedAction(words);
  return parsed.ok ? { command: 'propose', action: parsed.action } : { command: 'propose', why: parsed.why };
}

/** Commands that change what happens next; the others explain, or lead to an approval. */
export function needsApprover(command: ConversationCommand): boolean {
  switch (command) {
    case 'take over':
    case 'hand back':
    case 'close':
      return true;
    case 'why':
    case 'evidence':
    case 'recheck':
    case 'logs':
    case 'propose':
    case 'help':
      return false;
  }
}
