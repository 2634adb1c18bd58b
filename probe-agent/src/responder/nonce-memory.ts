/** True for a nonce that is not among the last `capacity` ones, which it then is. */
export function createNonceMemory(capacity: number): (nonce: Buffer) => boolean {
  // A Set iterates in order of insertion: its first entry is the oldest.
  const seen = new Set<string>();
  return (nonce) => {
    const key = nonce.toString('latin1');
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > capacity) {
      const oldest = seen.values().next();
      if (!oldest.done) seen.delete(oldest.value);
    }
    return true;
  };
}
