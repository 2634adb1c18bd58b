/** Probe key of all tests. */
export const testKey = { id: 'k1', secret: 'a-probe-key-for-tests' };
