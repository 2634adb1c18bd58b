import { join } from 'node:path';

/** Where what was built is kept, outside of the tree and for every checkout: PATHMEDIC_LAB_CACHE, or a folder in /var/tmp. */
export function labCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['PATHMEDIC_LAB_CACHE'];
  return given === undefined || given === '' ? join('/var/tmp', 'pathmedic-lab', 'cache') : given;
}
