/** What an outcome adds to the title of its step, which the executor begins with; all of it where it begins otherwise. */
export function outcomeDetail(detail: string, title: string): string {
  if (title === '' || !detail.startsWith(title)) return detail;
  return detail
    .slice(title.length)
    .replace(/^[\s;:]+/, '')
    .replace(/^\((.*)\)$/, '$1');
}
