import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A temporary copy of the repository's layout with its lint configuration and nothing else in it. */
export interface LintTree {
  /** Writes the files, lints them, and gives for each the names of the rules it breaks, sorted. */
  lint(files: Readonly<Record<string, string>>): Promise<Record<string, string[]>>;
  remove(): void;
}

export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

const CONFIG = ['oxlint.config.ts', 'package.json', 'tsconfig.json', 'coordinator/tsconfig.json'];

export function makeTree(): LintTree {
  const root = mkdtempSync(join(tmpdir(), 'pathmedic-lint-'));
  for (const file of CONFIG) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(fromRoot(file), join(root, file));
  }
  symlinkSync(fromRoot('node_modules'), join(root, 'node_modules'));
  return {
    async lint(files) {
      for (const [file, source] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), source);
      }
      const broken = Object.fromEntries(Object.keys(files).map((file) => [file, new Array<string>()]));
      for (const { filename, code } of await report(root, Object.keys(files))) broken[filename]?.push(code);
      for (const file of Object.keys(files)) {
        rmSync(join(root, file));
        broken[file] = [...new Set(broken[file])].toSorted();
      }
      return broken;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const Report = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      filename: z.string(),
      // As in `typescript-eslint(no-explicit-any)`.
      code: z.string().transform((code) => code.replace(/^.*\((.*)\)$/, '$1')),
    }),
  ),
});

async function report(root: string, files: string[]) {
  const oxlint = fromRoot('node_modules/oxlint/bin/oxlint');
  const output = await new Promise<string>((resolve, reject) => {
    const args = [oxlint, '--type-aware', '--format=json', ...files];
    // Exit status 1 says that there are findings; they are on standard output all the same.
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(new Error(`oxlint did not run: ${stderr}${stdout}`, { cause: error }));
    });
  });
  const parsed = Report.parse(JSON.parse(output));
  if (parsed.number_of_files !== files.length) {
    throw new Error(`oxlint looked at ${parsed.number_of_files} of ${files.length} files`);
  }
  return parsed.diagnostics;
}
