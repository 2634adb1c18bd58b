import type { PlannedAction } from '../domain/action.ts';
import type { ExecutionState, Incident, ProposalState } from '../domain/incident.ts';
import { actorName, actorWithPlace } from './actor-name.ts';
import { formatClockTime } from './clock-time.ts';
import { expiryWords } from './expiry-words.ts';
import type { Button, Line, SlackBlock, SlackMessage } from './slack-block.ts';
import {
  blocksBytes,
  buttons,
  header,
  labelled,
  lines,
  maxBlocksBytes,
  preformatted,
  present,
  say,
} from './slack-block.ts';
import type { SlackContext } from './slack-context.ts';
import { approverWords, mayApprove } from './slack-context.ts';
import { cut, slackFallbackText, slackLines } from './slack-text.ts';

/** More than this nobody reads in a chat message, least of all on a phone. */
const maxDiffLines = 80;
const maxDiffBytes = 6000;
/** Of what is shown of a diff or command that does not fit as a whole. */
const excerptLength = 1200;
const whole = 2000;

/** A plan can be approved in Slack only if everything that has to be read stands in the message. */
export type CardFit = { fits: true } | { fits: false; why: 'diff' | 'text' };

/** The approval card of a plan, in whatever state the plan is: only an open one that fits has an Approve button. */
export function cardMessage(incident: Incident, state: ProposalState, to: SlackContext): SlackMessage {
  const { proposal } = state;
  const { icon, words } = cardState(incident, state);
  const fit = cardFit(incident, state, to);
  const content = fit.fits ? planBlocks(state, whole) : excerptBlocks(state);
  return {
    text: slackFallbackText(`${icon} ${words}: ${proposal.title}`),
    blocks: present([
      header(`${icon} ${proposal.title}`),
      lines(statusLines(incident, state, to, fit)),
      ...content,
      buttons(`plan-${proposal.id}`.slice(0, 255), cardButtons(incident, state, to, fit)),
    ]),
  };
}

/** Whether the whole plan fits into one message. */
export function cardFit(incident: Incident, state: ProposalState, to: SlackContext): CardFit {
  const diffs = state.proposal.steps.map(({ diff }) => slackLines(diff));
  const diffLines = diffs.reduce((sum, diff) => sum + diff.split('\n').length, 0);
  const diffBytes = new TextEncoder().encode(JSON.stringify(diffs)).length;
  if (diffLines > maxDiffLines || diffBytes > maxDiffBytes) return { fits: false, why: 'diff' };
  const blocks = present([
    header(state.proposal.title),
    lines(statusLines(incident, state, to, { fits: true })),
    ...planBlocks(state, whole),
    buttons('plan', cardButtons(incident, state, to, { fits: true })),
  ]);
  // The header shows at most 150 characters; a longer title stands in full with its step.
  const small = blocksBytes(blocks) < maxBlocksBytes - 400 && blocks.length <= 50;
  return small ? { fits: true } : { fits: false, why: 'text' };
}

interface CardState {
  icon: string;
  words: string;
}

function cardState(incident: Incident, state: ProposalState): CardState {
  const { status, proposal } = state;
  switch (status.at) {
    case 'open':
      return proposal.mode === 'advise'
        ? { icon: '📋', words: 'To be done by hand' }
        : { icon: '🟠', words: 'Approval needed' };
    case 'rejected':
      return { icon: '✋', words: 'Rejected' };
    case 'expired':
      return { icon: '⌛', words: 'No longer up for approval' };
    case 'approved':
      return executionState(executionOf(incident, state));
  }
}

function executionState(execution: ExecutionState | null): CardState {
  if (execution === null || execution.status.at !== 'ended') return { icon: '🔧', words: 'Approved' };
  switch (execution.status.result) {
    case 'done':
      return { icon: '☑️', words: 'Done' };
    case 'stopped':
      return { icon: '⚠️', words: 'Stopped before its end' };
    case 'not-started':
      return { icon: '⚠️', words: 'Not started, nothing was changed' };
    case 'unknown':
      return { icon: '⚠️', words: 'It is not known how far it came' };
  }
}

function executionOf(incident: Incident, state: ProposalState): ExecutionState | null {
  return incident.execution?.proposalId === state.proposal.id ? incident.execution : null;
}

function statusLines(incident: Incident, state: ProposalState, to: SlackContext, fit: CardFit): Line[] {
  const { status, proposal } = state;
  switch (status.at) {
    case 'open':
      return openLines(incident, state, to, fit);
    case 'rejected':
      return [
        [
          say(
            `Rejected by ${actorWithPlace(status.by)} at ${formatClockTime(status.atMs)}. Nothing was changed.`,
          ),
        ],
        labelled('Reason', status.reason ?? ''),
      ];
    case 'expired':
      return [
        [
          say(
            `Closed for decision at ${formatClockTime(status.atMs)}: ${expiryWords(status.reason)}. Nothing was changed.`,
          ),
        ],
      ];
    case 'approved': {
      const by = status.approvals.map(
        (approval) => `${actorWithPlace(approval.by)} at ${formatClockTime(approval.atMs)}`,
      );
      const execution = executionOf(incident, state);
      const ended = execution?.status.at === 'ended' ? execution.status : null;
      const result =
        ended === null
          ? `Being carried out${proposal.steps.length > 1 ? `, ${proposal.steps.length} steps in order` : ''}`
          : `${executionState(execution).words} at ${formatClockTime(ended.atMs)}`;
      return [[say(`Approved by ${by.join(' and ')} · ${result}`)]];
    }
  }
}

function openLines(incident: Incident, state: ProposalState, to: SlackContext, fit: CardFit): Line[] {
  const { proposal } = state;
  const expires = `expires ${formatClockTime(proposal.expiresAtMs)}`;
  if (proposal.mode === 'advise') {
    return [
      [
        {
          text: 'pathmedic runs in advise mode here and changes nothing. This is what a person would run:',
          bold: true,
        },
      ],
      ...(fit.fits ? [] : [consoleLine('Only the beginning is shown; all of it is in the conversation.')]),
    ];
  }
  const needed = proposal.approvalsNeeded;
  const given = state.approvals.map(({ by }) => actorName(by)).join(' and ');
  const missing = given === '' ? '' : `${given} approved; one more person is needed · `;
  const others = mayApprove(state, to.approvers);
  const people = `May approve: ${approverWords(others, state.askedBy === null ? undefined : actorName(state.askedBy))}${needed > 1 && given === '' ? ' (two of them)' : ''}`;
  return [
    [{ text: `Needs your approval in ${incident.cluster}`, bold: true }, say(` · ${expires}`)],
    [say(`${missing}${people}`)],
    ...(fit.fits
      ? []
      : [
          consoleLine(
            `The whole ${fit.why === 'diff' ? 'change' : 'plan'} does not fit here: open the conversation to read and approve it.`,
          ),
        ]),
  ];
}

function consoleLine(text: string): Line {
  return [{ text, bold: true }];
}

/** The plan, each step with what it does, its diff, and what a person wants to know before saying yes. */
function planBlocks({ proposal, status }: ProposalState, maxLength: number): (SlackBlock | null)[] {
  const { steps } = proposal;
  const open = status.at === 'open';
  const advise = open && proposal.mode === 'advise';
  return [
    lines(open ? [labelled('Why', proposal.why)] : [], maxLength),
    ...steps.flatMap((step, i) => [
      lines(stepTitle(step, i, proposal.title, steps.length), maxLength),
      preformatted(step.diff),
      ...(advise ? [lines([[{ text: 'Run:', bold: true }]]), preformatted(step.byHand)] : []),
      open ? lines(stepFacts(step), maxLength) : null,
    ]),
    open
      ? lines(
          [
            labelled('Dry run', dryRunWords(proposal.dryRun)),
            labelled('Then checked', proposal.verification),
          ],
          maxLength,
        )
      : null,
  ];
}

function stepTitle(step: PlannedAction, index: number, planTitle: string, count: number): Line[] {
  if (count > 1) return [[{ text: `Step ${index + 1} of ${count}: ${step.title}`, bold: true }]];
  return step.title === planTitle && planTitle.length < 140 ? [] : [[{ text: step.title, bold: true }]];
}

function stepFacts(step: PlannedAction): Line[] {
  return [
    labelled('Reach', step.reach),
    labelled('Undo', step.undo),
    labelled('Refused unless', step.preconditions.join('; ')),
  ];
}

function dryRunWords(dryRun: 'server-passed' | 'local-validated'): string {
  return dryRun === 'server-passed'
    ? 'the API server accepts it'
    : 'checked locally only; the API server has not been asked';
}

/** What is shown of a plan that does not fit: its steps by name and where it begins. */
function excerptBlocks({ proposal, status }: ProposalState): (SlackBlock | null)[] {
  const { steps } = proposal;
  const [first] = steps;
  const advise = status.at === 'open' && proposal.mode === 'advise';
  const text = first === undefined ? '' : advise ? first.byHand : first.diff;
  return [
    lines([status.at === 'open' ? labelled('Why', proposal.why) : []], 300),
    lines(
      steps.map((step, i) => [
        {
          text: steps.length > 1 ? `Step ${i + 1} of ${steps.length}: ${step.title}` : step.title,
          bold: true,
        },
      ]),
      200,
    ),
    preformatted(cut(slackLines(text), excerptLength)),
  ];
}

function cardButtons(incident: Incident, state: ProposalState, to: SlackContext, fit: CardFit): Button[] {
  const open: Button = { text: 'Open conversation', action: 'open-conversation', url: to.conversationUrl };
  const { proposal, status } = state;
  if (status.at !== 'open' || proposal.mode === 'advise' || incident.closed !== null) return [open];
  const steps = proposal.steps.length === 1 ? 'The change' : `All ${proposal.steps.length} steps`;
  const approve: Button = {
    text: 'Approve',
    action: 'approve',
    value: proposal.id,
    style: 'primary',
    confirm: {
      title: `Change ${incident.cluster}?`,
      text: `${steps} on this card will be made at once, in your name: ${proposal.title}`,
      yes: 'Approve',
      no: 'Not yet',
    },
  };
  const reject: Button = {
    text: 'Reject',
    action: 'reject',
    value: proposal.id,
    confirm: {
      title: 'Reject this plan?',
      text: 'Nothing is changed; pathmedic then asks for help in the thread.',
      yes: 'Reject',
      no: 'Not yet',
    },
  };
  return fit.fits ? [approve, reject, open] : [{ ...open, style: 'primary' }, reject];
}
