import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../machine/run-command.ts';
import { openArtifactCache, type ArtifactCache, type ArtifactId } from './artifact-cache.ts';
import { baseLayerFiles } from './base-layer.ts';
import { lockBuild } from './build-lock.ts';
import { labCacheDir } from './cache-dir.ts';
import { assertCanBuild, assertGo } from './can-build.ts';
import { installPackages } from './debian-packages.ts';
import { buildGoProgram, goEnvironment, goProgramKey, goPrograms, type GoProgram } from './go-programs.ts';
import { imageSpecs, makeLayers } from './image-layers.ts';
import { inputHash } from './input-hash.ts';
import type { LabBuild } from './lab-build.ts';
import { findNode24, type NodeRuntime } from './node-24.ts';
import { writeOciArchive } from './oci-archive.ts';
import { makeSeed } from './seed.ts';
import { labImages } from './versions.ts';

export interface BuildOptions {
  /** Default is `labCacheDir()`. */
  cacheDir?: string;
  /** Told what is built, and how long it took. */
  say: (line: string) => void;
  /** Ends what is running, and the build. */
  signal?: AbortSignal;
}

/** Everything that a lab is made of, and what that comes from. */
interface BuildPlan {
  programs: { program: GoProgram; id: ArtifactId }[];
  bin: ArtifactId;
  layers: ArtifactId;
  seed: ArtifactId;
  baseFiles: string[];
  node: NodeRuntime;
  goEnv: Record<string, string>;
}

/**
 * Builds what is missing or was made from something else, and gives the folders. A second or so when all is there;
 * about 7 minutes on two cores when nothing is.
 * @throws CannotBuildError when this machine lacks something, with what to do; what `signal` was aborted with; else
 *   with what the failing program said
 */
export async function ensureBuilt(options: BuildOptions): Promise<LabBuild> {
  const { cacheDir = labCacheDir(), say, signal } = options;
  assertCanBuild({ platform: process.platform, arch: process.arch, uid: process.getuid?.() });
  const goEnv = goEnvironment(cacheDir, process.env);
  const goVersion = assertGo(await printedByGo(goEnv, signal));
  const node = await findNode24();
  // Nothing is installed for a build that cannot be.
  await installPackages(say, signal);
  const cache = openArtifactCache(cacheDir);
  const plan = await planBuild(goVersion, node, goEnv, signal);
  const ready = await findBuild(cache, plan);
  if (ready !== null) return ready;

  const lock = await lockBuild(cacheDir, say, signal);
  try {
    await cache.clean();
    return await buildMissing(cache, plan, say, signal);
  } finally {
    await lock.release();
  }
}

/** What `go version` prints; null when there is no such program. */
async function printedByGo(env: Record<string, string>, signal?: AbortSignal): Promise<string | null> {
  try {
    return await runCommand(['go', 'version'], { env, ...(signal === undefined ? {} : { signal }) });
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

async function planBuild(
  goVersion: string,
  node: NodeRuntime,
  goEnv: Record<string, string>,
  signal?: AbortSignal,
): Promise<BuildPlan> {
  const programs = await Promise.all(
    goPrograms.map(async (program) => ({
      program,
      id: { name: program.name, key: await goProgramKey(program, goVersion) },
    })),
  );
  const bin = {
    name: 'bin',
    key: await inputHash({
      values: Object.fromEntries(programs.map(({ id }) => [id.name, id.key])),
      files: [],
    }),
  };
  const baseFiles = await baseLayerFiles();
  const code = (...names: string[]): string[] => names.map((name) => join(import.meta.dirname, name));
  const layers = {
    name: 'layers',
    key: await inputHash({
      values: { bin: bin.key, node: node.version, nodeSizeBytes: node.sizeBytes, arch: process.arch },
      files: [...baseFiles, ...code('base-layer.ts', 'image-layers.ts')],
      relativeTo: import.meta.dirname,
    }),
  };
  const containerd = await runCommand(['containerd', '--version'], signal === undefined ? {} : { signal });
  const seed = {
    name: 'seed',
    key: await inputHash({
      values: { layers: layers.key, containerd, images: imageSpecs(labImages, 'layers') },
      files: code('seed.ts'),
      relativeTo: import.meta.dirname,
    }),
  };
  return { programs, bin, layers, seed, baseFiles, node, goEnv };
}

async function findBuild(cache: ArtifactCache, { bin, layers, seed }: BuildPlan): Promise<LabBuild | null> {
  const [binDir, layersDir, seedDir] = await Promise.all([bin, layers, seed].map((id) => cache.find(id)));
  if (binDir == null || layersDir == null || seedDir == null) return null;
  return { binDir, layersDir, seedDir: join(seedDir, containerdRoot), images: labImages };
}

async function buildMissing(
  cache: ArtifactCache,
  plan: BuildPlan,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<LabBuild> {
  const ensure = async (
    id: ArtifactId,
    what: string,
    fill: (folder: string) => Promise<void>,
  ): Promise<string> => {
    const found = await cache.find(id);
    if (found !== null) return found;
    signal?.throwIfAborted();
    say(`lab: building ${id.name} (${what})`);
    const startedMs = performance.now();
    const made = await cache.make(id, fill);
    say(`lab: ${id.name} built in ${seconds(performance.now() - startedMs)}`);
    return made;
  };
  const startedMs = performance.now();
  const built: { name: string; folder: string }[] = [];
  for (const { program, id } of plan.programs) {
    const folder = await ensure(id, `the first time ${program.firstTime}`, (target) =>
      buildGoProgram(program, join(target, program.name), plan.goEnv, signal),
    );
    built.push({ name: program.name, folder });
  }
  const binDir = await ensure(plan.bin, 'one folder of all programs', async (target) => {
    for (const { name, folder } of built) await link(join(folder, name), join(target, name));
  });
  const layersDir = await ensure(plan.layers, 'what images are made of', (target) =>
    makeLayers(target, { binDir, baseFiles: plan.baseFiles, node: plan.node.path }),
  );
  const seedDir = await ensure(plan.seed, 'a containerd that has the images; some 20 s', (target) =>
    makeSeedFrom(target, binDir, layersDir, signal),
  );
  await cache.prune([...plan.programs.map(({ id }) => id), plan.bin, plan.layers, plan.seed]);
  say(`lab: everything is built (${seconds(performance.now() - startedMs)})`);
  return { binDir, layersDir, seedDir: join(seedDir, containerdRoot), images: labImages };
}

const containerdRoot = 'containerd';

async function makeSeedFrom(
  target: string,
  binDir: string,
  layersDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const archive = join(target, 'images.tar');
  await writeOciArchive(binDir, archive, imageSpecs(labImages, layersDir), signal);
  await makeSeed(join(target, containerdRoot), archive, signal);
  await rm(archive);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
