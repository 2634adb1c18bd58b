/** What may be typed into the conversation, with what it does. The same list answers `help`. */
export const conversationCommands = [
  { command: 'why', does: 'explain the likely cause, what speaks for and against it' },
  { command: 'evidence', does: 'list everything that was seen, and the checks that found nothing' },
  { command: 'recheck', does: 'look at the cluster again and rank the causes anew' },
  { command: 'take over', does: 'keep pathmedic from proposing anything while you work on it' },
  { command: 'hand back', does: 'let pathmedic go on' },
  { command: 'close', does: 'close the incident without further checks' },
  { command: 'help', does: 'show this list' },
] as const;
export type ConversationCommand = (typeof conversationCommands)[number]['command'];
