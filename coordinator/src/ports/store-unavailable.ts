/** The store could not be reached or did not answer: whether a write took place is not known. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
