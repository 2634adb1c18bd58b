/** Nothing is wrong with the lab: this machine lacks something. The message says what, and what to do about it. */
export class CannotBuildError extends Error {
  override name = 'CannotBuildError';
}
