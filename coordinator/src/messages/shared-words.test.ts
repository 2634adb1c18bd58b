import { describe, expect, it } from 'vitest';
import { formatClockTime, formatDateTime } from './clock-time.ts';
import { visibleText } from './visible-text.ts';

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
