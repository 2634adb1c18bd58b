import { parseArgs } from 'node:util';
import type { BundledFile } from './bundle.ts';

/** `--out DIR` of a build script. */
export function outDirOption(fallback: string): string {
  const { values } = parseArgs({ options: { out: { type: 'string', default: fallback } } });
  return values.out;
}

/** One line a file, as in `  6 411 kB  coordinator.js`. */
export function printFiles(files: readonly BundledFile[]): void {
  for (const { path, sizeBytes } of files) {
    const size = Math.ceil(sizeBytes / 1000)
      .toLocaleString('en')
      .replaceAll(',', ' ');
    process.stdout.write(`${size.padStart(8)} kB  ${path}\n`);
  }
}
