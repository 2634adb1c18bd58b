/** `1 path`, `3 paths`. The plural is made with an s. */
export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
