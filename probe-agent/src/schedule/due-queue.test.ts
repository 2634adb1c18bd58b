import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueQueue } from './due-queue.ts';

test('gives items in order of their due time, whatever was pushed, popped and taken out between', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.record({ op: fc.constant('push'), at: fc.nat(50) }),
          fc.record({ op: fc.constant('pop'), at: fc.nat(50) }),
          fc.record({ op: fc.constant('drop-odd'), at: fc.constant(0) }),
        ),
        { maxLength: 100 },
      ),
      (steps) => {
        const queue = createDueQueue<number>();
        let model: number[] = [];
        for (const step of steps) {
          if (step.op === 'push') {
            queue.push(step.at, step.at);
            model.push(step.at);
          } else if (step.op === 'pop') {
            model.sort((a, b) => a - b);
            const due = (model[0] ?? Number.POSITIVE_INFINITY) <= step.at ? (model.shift() ?? null) : null;
            expect(queue.popDue(step.at)?.item ?? null).toBe(due);
          } else {
            queue.retain((item) => item % 2 === 0);
            model = model.filter((item) => item % 2 === 0);
          }
          expect(queue.size()).toBe(model.length);
          expect(queue.nextDueMs()).toBe(model.length === 0 ? null : Math.min(...model));
        }
      },
    ),
  );
});
