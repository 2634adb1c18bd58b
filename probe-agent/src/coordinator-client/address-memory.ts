import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';
import type { KnownAddress } from './endpoints.ts';
import { writeFileAtomically } from './write-file.ts';

/** Addresses at which the coordinator was reached, kept over restarts: what still works when DNS does not. */
export interface AddressMemory {
  known(): readonly KnownAddress[];
  remember(url: string, address: string): void;
}

const capacity = 8;
const Stored = z.array(z.object({ url: z.string(), address: z.string() })).max(capacity);

/** Memory kept in `path`, or only in the process when null. An unreadable or odd file counts as empty. */
export function createAddressMemory(path: string | null): AddressMemory {
  let known = path === null ? [] : load(path);
  return {
    known: () => known,
    remember(url, address) {
      const plain = address.replace(/^::ffff:/, '');
      if (isIP(plain) === 0 || known.some((entry) => entry.url === url && entry.address === plain)) return;
      known = [{ url, address: plain }, ...known.filter((entry) => entry.url !== url)].slice(0, capacity);
      if (path !== null) writeFileAtomically(path, JSON.stringify(known));
    },
  };
}

function load(path: string): KnownAddress[] {
  try {
    const stored = Stored.safeParse(parseJson(readFileSync(path, 'utf8')));
    return stored.success ? stored.data.filter((entry) => isIP(entry.address) !== 0) : [];
  } catch {
    return [];
  }
}
