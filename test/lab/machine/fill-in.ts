/**
 * Puts values in for `@NAME@`.
 * @throws when a name has no value: a file that is half filled in would fail far from here
 */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z][A-Z0-9_]*)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing to put in for @${name}@`);
    return value;
  });
}
