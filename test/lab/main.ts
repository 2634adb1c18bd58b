// `npm run lab`: a real Kubernetes on this machine, to break. See README.md of this folder.
import { CannotBuildError } from './build/cannot-build.ts';
import { readArguments } from './cli/arguments.ts';
import { runRequest } from './cli/run-request.ts';
import { insteadOfALab } from './machine/can-run.ts';

const interrupted = new AbortController();
/** npm hands a Ctrl-C on that the terminal has already sent: only later is it a second one. */
const secondAfterMs = 2000;
let firstMs: number | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (firstMs !== null && performance.now() - firstMs > secondAfterMs) process.exit(130);
    firstMs ??= performance.now();
    interrupted.abort(new Error('interrupted'));
  });
}

// Whoever read it has seen enough: `status | head`.
process.stdout.on('error', () => process.exit(1));

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

try {
  const request = readArguments(process.argv.slice(2), process.env);
  process.exitCode = await runRequest(request, say, interrupted.signal);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof CannotBuildError) say(insteadOfALab);
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof CannotBuildError ? 3 : 1;
}
