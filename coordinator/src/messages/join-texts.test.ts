import { expect, it } from 'vitest';
import { joinSentences, joinSteps } from './join-texts.ts';

it('joins what is told of several steps as sentences, each once', () => {
  expect(
    joinSentences([
      'A restart cannot be undone; the stamp on the template is harmless.',
      'put the previous Corefile back',
    ]),
  ).toBe(
    'A restart cannot be undone; the stamp on the template is harmless. Put the previous Corefile back.',
  );
  expect(joinSentences(['Scale it back to 2.', 'Scale it back to 2.'])).toBe('Scale it back to 2.');
  expect(joinSentences(['put the old text back'])).toBe('put the old text back');
});

it('joins steps to one phrase without harming names', () => {
  expect(joinSteps(['Change "a" to "b".', 'Restart Deployment x', 'CoreDNS is left alone'])).toBe(
    'Change "a" to "b"; then restart Deployment x; then CoreDNS is left alone',
  );
});
