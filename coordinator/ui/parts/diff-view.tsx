import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DiffLine } from '@pathmedic/shared/contract/console.ts';

const signs: Record<DiffLine['kind'], string> = { same: ' ', add: '+', remove: '−' };
const words: Record<DiffLine['kind'], string> = { same: '', add: 'added: ', remove: 'removed: ' };
const linesAPart = 8;

/** The whole change. Calls `onSeen`, where somebody waits for it, once every part has been on screen. */
export function DiffView(props: { diff: readonly DiffLine[]; onSeen?: () => void }): JSX.Element {
  const { diff, onSeen } = props;
  const frame = useRef<HTMLDivElement>(null);
  const parts = partsOf(diff);

  useEffect(() => {
    if (onSeen === undefined) return undefined;
    const unseen = new Set(frame.current?.children ?? []);
    if (unseen.size === 0) {
      onSeen();
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          unseen.delete(target);
          observer.unobserve(target);
        }
        if (unseen.size === 0) onSeen();
      },
      // A part counts when nearly all of it is visible; parts are far smaller than any screen.
      { threshold: 0.9 },
    );
    for (const part of unseen) observer.observe(part);
    return () => observer.disconnect();
    // The plan's id is the card's key: another plan is another card.
  }, []);

  return (
    <div class="diff" ref={frame} role="group" aria-label="Change">
      {parts.map((part, i) => (
        <div key={i} class="diff-part">
          {part.map((line, k) => (
            <div key={k} class={`diff-line diff-${line.kind}`}>
              <span class="diff-sign" aria-hidden="true">
                {signs[line.kind]}
              </span>
              <span class="hidden">{words[line.kind]}</span>
              <span class="diff-text">{line.text}</span>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function partsOf(diff: readonly DiffLine[]): DiffLine[][] {
  const parts: DiffLine[][] = [];
  for (let i = 0; i < diff.length; i += linesAPart) parts.push(diff.slice(i, i + linesAPart));
  return parts;
}
