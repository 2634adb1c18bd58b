import { describe, expect, it } from 'vitest';
import { cardMessage } from '../messages/slack-card.ts';
import { catchUpMessage } from '../messages/slack-catch-up.ts';
import type { SlackBlock, SlackMessage } from '../messages/slack-block.ts';
import { reportMarkdown } from '../messages/report-markdown.ts';
import { reachWords } from '../messages/reach.ts';
import { replyMessage } from '../messages/slack-reply.ts';
import { rootMessage } from '../messages/slack-root.ts';
import { stillWorksLine } from '../messages/still-works.ts';
import { foldIncident } from '../domain/fold.ts';
import { currentProposal, type ProposalState } from '../domain/incident.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import {
  ana,
  corefilePlan,
  createStory,
  passOk,
  type Story,
  untilCard,
  untilExecuted,
} from './incident-story.fixture.ts';
import { healthyCluster } from '../sensing/cluster.fixture.ts';
import { defaultSettings } from '../sensing/settings.ts';
import { clusterDnsSymptom } from '../sensing/symptoms/dns-paths.ts';
import { askHelp } from './help.ts';
import { triage } from './triage.ts';

const to = {
  conversationUrl: 'https://p.example/incidents/inc-1',
  writeUpUrl: 'https://p.example/v1/incidents/inc-1/report.md',
  approvers: ['ana', 'ben'],
};

/** The message as a person reads it: a line a line, buttons in brackets. */
function read(message: SlackMessage | null): string {
  return (message?.blocks ?? []).map(blockText).join('\n');
}

function blockText(block: SlackBlock): string {
  const parts = JSON.parse(JSON.stringify(block), (_key, value: unknown) => value);
  if (block.type === 'actions')
    return parts.elements.map((e: { text: { text: string } }) => `[${e.text.text}]`).join(' ');
  if (block.type === 'header') return parts.text.text;
  if (block.type === 'context') return parts.elements[0].text;
  return parts.elements[0].elements.map((e: { text: string }) => e.text).join('');
}

const root = (story: Story): string => read(rootMessage(story.incident(), story.events, to));
const lastReply = (story: Story): string | null => {
  const event = story.events.at(-1);
  const reply = event === undefined ? null : replyMessage(event, 'inc-1', story.events, to);
  return reply === null ? null : read(reply);
};
function plan(story: Story): ProposalState {
  const state = currentProposal(story.incident());
  if (state === null) throw new Error('no plan');
  return state;
}
const card = (story: Story): string => read(cardMessage(story.incident(), plan(story), to));

describe('the root message', () => {
  it('says what is broken since when, then what happens, then how it ended, under one unchanged title', () => {
    expect(root(createStory())).toBe(
      `🔴 DNS does not answer in the whole cluster
Since 03:12:32 UTC · test
Looking into it
[Open conversation] [Take over] [Need help]`,
    );
    expect(root(untilCard())).toBe(
      `🟠 DNS does not answer in the whole cluster
Since 03:12:32 UTC · test
Likely cause (high): The Corefile holds an unknown directive.
Waiting for approval until 03:27:41 UTC: the card is in the thread
[Open conversation] [Take over] [Need help]`,
    );
    expect(root(untilExecuted())).toContain('Changed, approved by @ana. Checking twice, 30 s apart');
    expect(root(closed())).toBe(
      `✅ DNS does not answer in the whole cluster
Resolved after 2 min 10 s · began 03:12:32 UTC · test
Cause: The Corefile holds an unknown directive.
Fix: Change "redy" to "ready" in ConfigMap kube-system/coredns, approved by @ana
Detected 9 s · named 10 s · card 12 s · approval 57 s · fix under 1 s · audit 777777777777
[Open conversation] [Write-up]`,
    );
  });

  it('says that nothing was done when it healed by itself, and who has taken over', () => {
    const healed = createStory()
      .at(43)
      .tell({ type: 'recovered', detail: 'All answer again.' })
      .at(81)
      .tell({ type: 'closed', how: 'healed', summary: '', auditHead: '8'.repeat(64) });
    expect(root(healed)).toContain(
      'Gone by itself after 52 s, checked twice: stable; no action was taken · began 03:12:32 UTC',
    );
    expect(reportMarkdown(healed.incident(), healed.events, to.conversationUrl)).toContain(
      '✅ Gone by itself after 52 s, checked twice: stable. Cluster test',
    );
    expect(reportMarkdown(healed.incident(), healed.events, to.conversationUrl)).toContain(
      '\n- No action was taken.\n',
    );
    const taken = createStory().tell({ type: 'taken-over' }, ana);
    expect(root(taken)).toContain('👤');
    expect(root(taken)).toContain(
      '@ana has taken over; pathmedic keeps watching\n[Open conversation] [Need help]',
    );
  });
});

function closed(): Story {
  const pass = (n: 1 | 2, seconds: number, story: Story): Story =>
    story
      .at(seconds)
      .tell({ type: 'pass-started', pass: n, nonce: `nonce-${n}-xx`, paths: 4, deadlineMs: 0 })
      .tell({ type: 'pass-ended', pass: n, nonce: `nonce-${n}-xx`, outcome: passOk });
  const story = pass(2, 120, pass(1, 90, untilExecuted()));
  return story.at(121).tell({ type: 'closed', how: 'fixed', summary: '', auditHead: '7'.repeat(64) });
}

describe('the approval card', () => {
  it('holds all that has to be read before saying yes, and asks again before it counts', () => {
    expect(card(untilCard())).toBe(
      `🟠 Repair the Corefile and restart CoreDNS
Needs your approval in test · expires 03:27:41 UTC
May approve: @ana, @ben
Why: Line 4 holds the unknown directive redy.
Change "redy" to "ready" in ConfigMap kube-system/coredns
-  redy
+  ready
Reach: CoreDNS only
Undo: put the old text back
Dry run: the API server accepts it
Then checked: Fresh probes, twice, 30 s apart.
[Approve] [Reject] [Open conversation]`,
    );
    const { blocks } = cardMessage(untilCard().incident(), plan(untilCard()), to);
    expect(blocks.at(-1)).toMatchObject({
      elements: [
        { action_id: 'approve', value: corefilePlan.id, confirm: { title: { text: 'Change test?' } } },
        { action_id: 'reject', value: corefilePlan.id, confirm: {} },
        { action_id: 'open-conversation', url: to.conversationUrl },
      ],
    });
  });

  it('has no button that decides once it was decided, expired or carried out', () => {
    const proposalId = corefilePlan.id;
    const rejected = untilCard().tell(
      { type: 'decided', proposalId, decision: 'rejected', approval: null, reason: 'we roll back' },
      ana,
    );
    expect(card(rejected)).toMatch(
      /✋.*\nRejected by @ana in Slack at 03:12:44 UTC\. Nothing was changed\.\nReason: we roll back/,
    );
    const expired = untilCard().tell({
      type: 'proposal-expired',
      proposalId,
      reason: 'recovered',
      detail: '',
    });
    expect(card(expired)).toContain('the symptoms are gone. Nothing was changed.');
    expect(card(untilExecuted())).toContain(
      'Approved by @ana in Slack at 03:13:41 UTC · Done at 03:13:41 UTC',
    );
    for (const story of [rejected, expired, untilExecuted()]) {
      expect(card(story)).toMatch(/\n\[Open conversation\]$/);
    }
  });

  it('can be approved only in the console when the whole change does not fit', () => {
    const story = untilCard();
    const state = plan(story);
    const [step] = state.proposal.steps;
    if (step === undefined) throw new Error('no step');
    const diff = Array.from({ length: 300 }, (_, i) => `+  host-${i} 10.0.0.${i % 250}`).join('\n');
    const big = { ...state, proposal: { ...state.proposal, steps: [{ ...step, diff }] } };
    const text = read(cardMessage(story.incident(), big, to));
    expect(text).toContain(
      'The whole change does not fit here: open the conversation to read and approve it.',
    );
    expect(text).toMatch(/\n\[Open conversation\] \[Reject\]$/);
    expect(text).toContain('+  host-0 10.0.0.0');
  });

  it('says what a person would run in advise mode, and cannot be approved', () => {
    const story = untilCard();
    const state = plan(story);
    const advise = { ...state, proposal: { ...state.proposal, mode: 'advise' as const } };
    const text = read(cardMessage(story.incident(), advise, to));
    expect(text).toContain('pathmedic runs in advise mode here and changes nothing.');
    expect(text).toContain('Run:\nkubectl -n kube-system edit configmap coredns');
    expect(text).toMatch(/\n\[Open conversation\]$/);
  });
});

describe('thread replies', () => {
  it('tell the fix with its times, and the proof at the close-out; what stands elsewhere is not said again', () => {
    expect(lastReply(untilExecuted())).toBe(
      `🔧 Change made and settled; I check it twice now
03:13:41 approved by @ana in Slack · 03:13:41 written (generation 8)`,
    );
    expect(lastReply(closed())).toBe(
      `✅ The fix holds: both checks passed, nothing lost. Closed
03:14:11 first: 4 paths, 40 probes, 0 lost
03:14:41 second: 4 paths, 40 probes, 0 lost
To undo: put the old text back
Audit: 777777777777 over 17 events`,
    );
    const told = closed().events.filter(
      (event) => replyMessage(event, 'inc-1', closed().events, to) !== null,
    );
    expect(told.map(({ body }) => body.type)).toEqual(['triaged', 'diagnosed', 'execution-ended', 'closed']);
  });

  it('say first what there is to undo, then what needs nothing', () => {
    const [change] = corefilePlan.steps;
    if (change === undefined) throw new Error('no step');
    const restart = {
      ...change,
      request: { ...change.request, type: 'restart-deployment' as const },
      title: 'Restart Deployment kube-system/coredns',
      undo: 'A restart cannot be undone.',
    };
    const story = closed();
    const events = story.events.map((event) =>
      event.body.type === 'proposed'
        ? { ...event, body: { ...event.body, proposal: { ...corefilePlan, steps: [change, restart] } } }
        : event,
    );
    const at = events.findIndex(({ body }) => body.type === 'execution-ended');
    const ended = events.find(({ body }) => body.type === 'step-ended');
    if (ended?.body.type !== 'step-ended') throw new Error('no step');
    const two = events
      .toSpliced(at, 0, { ...ended, body: { ...ended.body, step: 1 } })
      .map((event, i) => ({ ...event, n: i + 1 }));
    const last = two.at(-1);
    if (last === undefined) throw new Error('no event');
    expect(read(replyMessage(last, 'inc-1', two, to))).toContain(
      'To undo: Put the old text back. A restart cannot be undone.',
    );
    const incident = foldIncident('inc-1', two);
    if (incident === null) throw new Error('no incident');
    expect(read(rootMessage(incident, two, to))).toContain(
      'Fix: Change "redy" to "ready" in ConfigMap kube-system/coredns; then restart Deployment kube-system/coredns, approved by @ana',
    );
  });

  it('say why help is needed, what looked fine and where to look, with the link', () => {
    const story = untilCard();
    story.tell(askHelp(story.incident(), 'The fix did not hold: check 1 of 2 failed.'));
    expect(lastReply(story)).toBe(
      `🆘 I need help: The fix did not hold: check 1 of 2 failed.
Known: Likely cause (high): The Corefile holds an unknown directive. DNS: 0 of 96 lookups answered.
I would look at: kubectl -n kube-system describe deployment coredns · Open conversation`,
    );
  });

  it('say one thing once when somebody takes over or hands back', () => {
    const story = createStory().tell({ type: 'taken-over' }, ana);
    expect(lastReply(story)).toContain('👤 Taken over by @ana in Slack');
    expect(lastReply(story.tell({ type: 'answered', lines: ['It is yours.'] }))).toBeNull();
  });

  it('keep to six lines whatever happened', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
    const story = createStory()
      .at(4)
      .tell({ type: 'triaged', lines, unknown: ['a'] });
    const reply = lastReply(story)?.split('\n');
    expect(reply).toHaveLength(6);
    expect(reply?.[0]).toBe('🔎 What is known 4 s after detection');
    expect(reply?.at(-1)).toBe('9 more lines in the conversation');
  });

  it('become one when Slack was away', () => {
    const story = closed();
    const told = story.events.filter(({ body }) => body.type === 'triaged' || body.type === 'closed');
    expect(read(catchUpMessage(told, 'inc-1', story.events, to))).toBe(
      `⏪ Slack could not be reached; this happened meanwhile (03:12:42 to 03:14:42 UTC)
03:12:42 🔎 What is known so far
03:14:42 ✅ Resolved: fixed and checked twice
Open conversation`,
    );
  });
});

describe('words that are shared with triage', () => {
  it('the line of what still works is recognised as triage writes it', () => {
    const facts = {
      daemonSets: [],
      configMaps: [],
      networkPolicies: [],
      deployments: [],
      services: [],
      pods: [],
      events: [],
      unknown: [],
    };
    const path = (id: string, state: string) => ({ path: { id }, state });
    for (const states of [
      ['healthy', 'healthy'],
      ['healthy', 'failing'],
    ]) {
      const network = { paths: states.map((state, i) => path(`p${i}`, state)) };
      // Only what triage reads of both.
      const { lines } = triage(createStory().incident(), facts as unknown as ClusterFacts, network as never);
      expect(stillWorksLine(lines)).toMatch(/^(Everything else answers|1 of 2 other paths answer)/);
    }
  });

  it('the size of the cluster is read from the lines that sensing writes', () => {
    const nodes = ['node1', 'node2', 'node3'];
    const path = (node: string) => ({
      path: { id: node, kind: 'dns', from: { node, mode: 'pod' }, to: { type: 'dns-vip', upstream: false } },
      state: 'failing',
      sent: 8,
      lost: 8,
      failures: [],
      sinceMs: 0,
    });
    // Only what the symptom of the cluster's DNS reads.
    const observation = {
      states: nodes.map(path),
      nowMs: 1,
      facts: healthyCluster(3),
      settings: defaultSettings,
    };
    const suspect = { component: 'dns-vip:10.96.0.10', explains: nodes };
    const dns = clusterDnsSymptom([suspect] as never, observation as never)?.symptom;
    expect(reachWords({ symptoms: dns === undefined ? [] : [dns] })).toBe('all 3 nodes');
  });
});
