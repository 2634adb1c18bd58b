import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { loadConsoleFiles } from '@pathmedic/coordinator/http/console-files.ts';
import type { ConsoleFiles } from '@pathmedic/coordinator/http/console-files.ts';
import { bundleConsole } from '../../deploy/docker/bundle.ts';

const uiDirectory = join(import.meta.dirname, '../../coordinator/ui');
const outputDirectory = join(import.meta.dirname, '../.test-output');

/** The console as it is in the tree now, built as for an image. */
export async function buildConsole(): Promise<ConsoleFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'pathmedic-console-'));
  try {
    await bundleConsole(uiDirectory, directory);
    return await loadConsoleFiles(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** A page that remembers what went wrong in it: script errors, refused content, failed requests to other hosts. */
export async function openPage(
  browser: Browser,
  options: { viewport?: typeof desktop; colorScheme?: 'light' | 'dark' } = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: options.viewport ?? desktop,
    colorScheme: options.colorScheme ?? 'light',
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused/.test(message.text()))
      complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Logs in by the form, as a person does. */
export async function logIn(page: Page, url: string, token: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Puts a picture beside the test's results, for a person to look at. */
export async function takePicture(page: Page, name: string, fullPage = false): Promise<void> {
  const directory = join(outputDirectory, 'console');
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage });
}
