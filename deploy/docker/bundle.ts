import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** One written file and its size. */
export interface BundledFile {
  readonly path: string;
  readonly sizeBytes: number;
}

const root = join(import.meta.dirname, '../..');

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay readable in stack traces and in `error.name`.
  minifyIdentifiers: false,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'external',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

// Some dependencies are CommonJS and look for these.
const commonJsNames =
  "import{createRequire as __createRequire}from'node:module';" +
  'const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;';

/**
 * Bundles a service, with all that it imports, into `<outDir>/<name>.js`, which runs in an otherwise empty
 * folder. Its source map and the licences of what is in it stand beside it.
 */
export async function bundleService(entry: string, name: string, outDir: string): Promise<BundledFile[]> {
  await build({
    ...shared,
    entryPoints: { [name]: entry },
    outdir: outDir,
    platform: 'node',
    target: 'node24',
    banner: { js: commonJsNames },
    // Faster variants written in C, which their packages do without.
    external: ['bufferutil', 'utf-8-validate', 'supports-color'],
  });
  await writeFile(join(outDir, 'package.json'), '{ "type": "module" }\n');
  return filesOf(outDir, (file) => file.startsWith(`${name}.js`));
}

/**
 * Bundles the console: `main.tsx` and what it imports become `main.js` and `main.css`; files that a browser
 * reads as they are (HTML, images, fonts) are copied beside them.
 */
export async function bundleConsole(uiDir: string, outDir: string): Promise<BundledFile[]> {
  await mkdir(outDir, { recursive: true });
  await build({
    ...shared,
    entryPoints: { main: join(uiDir, 'main.tsx') },
    outdir: outDir,
    platform: 'browser',
    target: 'es2022',
    minifyIdentifiers: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'file', '.woff2': 'file' },
  });
  for (const file of await readdir(uiDir)) {
    if (COPIED.has(extname(file))) await cp(join(uiDir, file), join(outDir, basename(file)));
  }
  return filesOf(outDir, () => true);
}

const COPIED = new Set(['.html', '.svg', '.png', '.ico', '.woff2', '.webmanifest']);

async function filesOf(folder: string, wanted: (file: string) => boolean): Promise<BundledFile[]> {
  const files = (await readdir(folder)).filter(wanted).map((file) => join(folder, file));
  return Promise.all(files.map(async (path) => ({ path, sizeBytes: (await stat(path)).size })));
}
