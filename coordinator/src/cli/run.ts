import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { audit } from './audit.ts';

/** Runs an offline command with this process's own input and output; resolves to the exit code. */
export function runAudit(args: readonly string[]): Promise<number> {
  return audit(args, {
    env: process.env,
    read: (file) => (file === '-' ? text(process.stdin) : readFile(file, 'utf8')),
    out: (written) => void process.stdout.write(written),
    err: (written) => void process.stderr.write(written),
  });
}
