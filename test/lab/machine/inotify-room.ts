import { readdir, readFile, readlink } from 'node:fs/promises';
import { CannotBuildError } from '../build/cannot-build.ts';

/** Measured: containerd 1, kubelet 5, kube-proxy 1; and all of the control plane. */
const perNode = 7;
const ofControlPlane = 10;
const setting = 'fs.inotify.max_user_instances';

export interface InotifyUse {
  /** Of all processes of a user. */
  limit: number;
  used: number;
}

/**
 * Nodes share the machine's limit, often 128, which is four labs. A kubelet without any inotify instance ends again and again.
 * @throws CannotBuildError when what is to be started would not fit
 */
export function assertInotifyRoom(
  { limit, used }: InotifyUse,
  start: { nodes: number; controlPlane: boolean },
): void {
  const needed = start.nodes * perNode + (start.controlPlane ? ofControlPlane : 0);
  if (limit - used >= needed) return;
  throw new CannotBuildError(
    `${used} of this machine's ${limit} inotify instances are in use, and ${needed} more are needed: ` +
      `take another lab down, or allow more until the machine restarts: sysctl -w ${setting}=1024`,
  );
}

export async function readInotifyUse(): Promise<InotifyUse> {
  const limit = Number(await readFile(`/proc/sys/${setting.replaceAll('.', '/')}`, 'utf8'));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(pids.map(inotifyInstancesOf));
  return { limit, used: counts.reduce((sum, count) => sum + count, 0) };
}

async function inotifyInstancesOf(pid: string): Promise<number> {
  // Processes and files that end while they are looked at use nothing any more.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return links.filter((link) => link === 'anon_inode:inotify').length;
}
