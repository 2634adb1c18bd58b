import { conversationCommands } from '@pathmedic/shared/contract/conversation-command.ts';
import type { ConversationCommand } from '@pathmedic/shared/contract/conversation-command.ts';

/**
 * The command a message is, or null for plain conversation. The whole message has to be the command: a sentence that
 * merely contains one ("I will close the door") stays a sentence. Case, surrounding space and end punctuation do not count.
 */
export function parseConversationCommand(text: string): ConversationCommand | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[?!.]+$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return conversationCommands.find(({ command }) => command === plain)?.command ?? null;
}

/** Commands that change what happens next; the others only explain. */
export function needsApprover(command: ConversationCommand): boolean {
  switch (command) {
    case 'take over':
    case 'hand back':
    case 'close':
      return true;
    case 'why':
    case 'evidence':
    case 'recheck':
    case 'help':
      return false;
  }
}
