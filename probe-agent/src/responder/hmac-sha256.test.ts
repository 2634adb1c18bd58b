import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMac } from './hmac-sha256.ts';

test('is HMAC-SHA256 for any key, also longer than a block, and any message', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200, unit: 'grapheme' }),
      fc.uint8Array({ maxLength: 500 }),
      (secret, message) => {
        const expected = createHmac('sha256', secret).update(message).digest('hex');
        expect(createMac(secret)(message).toString('hex')).toBe(expected);
      },
    ),
  );
});
