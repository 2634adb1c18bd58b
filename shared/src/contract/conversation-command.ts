/**
 * What may be typed into the conversation, with what it does. The same list answers `help`. `takes` is what follows the
 * command, in the words of a manual; empty for one that stands alone.
 */
export const conversationCommands = [
  { command: 'why', takes: '', does: 'explain the likely cause, what speaks for and against it' },
  {
    command: 'evidence',
    takes: '',
    does: 'list everything that was seen, and the checks that found nothing',
  },
  { command: 'recheck', takes: '', does: 'look at the cluster again and rank the causes anew' },
  { command: 'logs', takes: 'POD', does: 'show the end of the log of a networking pod' },
  {
    command: 'propose',
    takes: 'ACTION',
    does: 'work out a change, for an approver to decide on: propose help lists the actions',
  },
  { command: 'take over', takes: '', does: 'keep pathmedic from proposing anything while you work on it' },
  { command: 'hand back', takes: '', does: 'let pathmedic go on' },
  { command: 'close', takes: '', does: 'close the incident without further checks' },
  { command: 'help', takes: '', does: 'show this list' },
] as const;
export type ConversationCommand = (typeof conversationCommands)[number]['command'];
