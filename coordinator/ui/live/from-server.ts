/**
 * Reads JSON that our own server wrote. Page and server are one build and one contract, so its shape is taken on trust
 * here, at the only edge: checking it again would make the page ten times as large.
 * Throws on text that is not JSON.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it asked for
export function fromServer<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as T;
}
