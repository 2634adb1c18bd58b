import { describe, expect, it } from 'vitest';
import { formatClockTime, formatDateTime } from './clock-time.ts';
import { formatDuration } from './duration.ts';
import { visibleText } from './visible-text.ts';

describe('durations in words', () => {
  it.each([
    [0, 'under 1 s'],
    [-5, 'under 1 s'],
    [1_000, '1 s'],
    [59_600, '1 min'],
    [213_000, '3 min 33 s'],
    [3_600_000, '1 h'],
    [3_599_700, '1 h'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%i ms reads %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });
});

it('tells times in UTC with seconds', () => {
  const atMs = Date.UTC(2026, 10, 3, 3, 12, 41, 900);
  expect(formatClockTime(atMs)).toBe('03:12:41 UTC');
  expect(formatDateTime(atMs)).toBe('2026-11-03 03:12:41 UTC');
});

describe('text that people must be able to trust their eyes with', () => {
  it('writes out what hides or reorders text, and keeps line breaks and tabs', () => {
    expect(visibleText('a\u202Eb\u200Bc\u0007d\n\te\r\nf\u{E0041}')).toBe(
      'a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩d\n\te\nf⟨U+E0041⟩',
    );
  });
  it('leaves ordinary text of any language alone', () => {
    expect(visibleText('Zürich · 東京 · שלום → 🔴')).toBe('Zürich · 東京 · שלום → 🔴');
  });
});
