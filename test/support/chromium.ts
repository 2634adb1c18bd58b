import { type Browser, chromium } from 'playwright-core';
import { PROGRAMS } from './bootstrap/programs.mjs';
import { find } from './bootstrap/system.mjs';

/** Path of a Chromium to test with, or null: what needs one is then skipped, except in CI. */
export const chromiumPath =
  PROGRAMS['chromium']?.commands.map(find).find((path) => path !== undefined) ?? null;

/** A headless browser that talks to nobody by itself, with a profile that goes with it. */
export function startBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no chromium');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
