import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** One written file and its size. */
export interface BundledFile {
  readonly path: string;
  readonly sizeBytes: number;
}

const root = join(import.meta.dirname, '../..');

// Source maps hold paths relative to the output: with a fixed one the same sources make the same bytes, wherever
// they end up.
const nominalOutDir = join(root, 'dist');

const base = {
  absWorkingDir: root,
  outdir: nominalOutDir,
  write: false,
  bundle: true,
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'external',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
} satisfies BuildOptions;

// Some dependencies are CommonJS and look for these.
const commonJsNames =
  "import{createRequire as __createRequire}from'node:module';" +
  'const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;';

/**
 * Bundles a service, with all that it imports, into `<outDir>/<name>.js`, which runs in an otherwise empty
 * folder. Its source map and the licences of what is in it stand beside it.
 */
export async function bundleService(entry: string, name: string, outDir: string): Promise<BundledFile[]> {
  const { outputFiles } = await build({
    ...base,
    entryPoints: { [name]: entry },
    platform: 'node',
    target: 'node24',
    banner: { js: commonJsNames },
    // Names stay readable in stack traces and in `error.name`.
    minifyIdentifiers: false,
    // Faster variants written in C, which their packages do without.
    external: ['bufferutil', 'utf-8-validate', 'supports-color'],
  });
  const written = await writeAll(outputFiles, outDir);
  await writeFile(join(outDir, 'package.json'), '{ "type": "module" }\n');
  return written;
}

// What a browser reads as it is.
const copied = new Set(['.html', '.svg', '.png', '.ico', '.woff2', '.webmanifest']);

/** Bundles the console: `main.tsx` and what it imports become `main.js` and `main.css`; static files are copied. */
export async function bundleConsole(uiDir: string, outDir: string): Promise<BundledFile[]> {
  const { outputFiles } = await build({
    ...base,
    entryPoints: { main: join(uiDir, 'main.tsx') },
    platform: 'browser',
    target: 'es2022',
    minifyIdentifiers: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'file', '.woff2': 'file' },
  });
  const written = await writeAll(outputFiles, outDir);
  for (const file of (await readdir(uiDir)).filter((name) => copied.has(extname(name)))) {
    const path = join(outDir, basename(file));
    await cp(join(uiDir, file), path);
    written.push({ path, sizeBytes: (await stat(path)).size });
  }
  return written;
}

async function writeAll(
  files: readonly { path: string; contents: Uint8Array }[],
  outDir: string,
): Promise<BundledFile[]> {
  await mkdir(outDir, { recursive: true });
  const written: BundledFile[] = [];
  for (const { path: nominal, contents } of files) {
    const path = join(outDir, relative(nominalOutDir, nominal));
    await writeFile(path, contents);
    written.push({ path, sizeBytes: contents.byteLength });
  }
  return written;
}
