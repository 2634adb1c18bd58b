import type { Situation } from '../facts/cluster-facts.ts';
import { rolloutsInProgress } from '../facts/rollouts.ts';
import { evidence } from './evidence.ts';
import type { Runbook } from './runbook.ts';
import { check } from './weigh.ts';

/** Causes that score less are weaker than saying that nothing fits. */
export const NOTHING_FITS = 0.3;

function wordsFor({ symptoms }: Situation): string {
  const [first] = symptoms;
  return first === undefined
    ? 'Nothing is wrong that is known here.'
    : `None of the known causes fits: ${first.headline}.`;
}

/** "Nothing fits" is an answer: it ranks among the causes, and people are asked. */
export const other: Runbook = {
  id: 'other',
  needs: [],
  wantsLogs: () => [],
  judge(situation) {
    const rolling = rolloutsInProgress(situation.facts);
    const detail =
      rolling.length === 0
        ? 'everything has settled'
        : rolling
            .slice(0, 3)
            .map(({ text }) => text)
            .join('; ');
    const checks = [
      check('rollouts', 'Roll-outs in progress', rolling.length === 0 ? 'clear' : 'found', detail),
    ];
    const seen = situation.symptoms.flatMap(({ lines }) => lines).slice(0, 5);
    return {
      cause: {
        id: 'other',
        score: NOTHING_FITS,
        confidence: 'low',
        component: 'unknown',
        summary: wordsFor(situation).slice(0, 400),
        for: seen.map((line) => evidence('probe', line)),
        against: [],
      },
      checks,
      unknown: [],
    };
  },
  remedy: () => null,
};
