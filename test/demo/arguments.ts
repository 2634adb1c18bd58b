import { parseArgs } from 'node:util';

export type DemoRequest =
  | { do: 'help' }
  | { do: 'list' }
  | { do: 'refuse'; why: string }
  | {
      do: 'run';
      scenarios: readonly string[];
      /** Who answers the card. */
      approval: 'by-itself' | 'person';
      keep: boolean;
      json: boolean;
    };

/** What the command line asks for; the first scenario is the default. Without a terminal nobody could click. */
export function readArguments(
  args: readonly string[],
  known: readonly string[],
  terminal: boolean,
): DemoRequest {
  const parsed = parse(args);
  if (!parsed.ok) return { do: 'refuse', why: parsed.why };
  const { values } = parsed;
  if (values.help === true) return { do: 'help' };
  if (values.list === true) return { do: 'list' };
  const asked = values.scenario ?? [];
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined)
    return { do: 'refuse', why: `there is no scenario ${unknown}; there are ${known.join(', ')}` };
  if (values.all === true && asked.length > 0)
    return { do: 'refuse', why: '--all and --scenario exclude each other' };
  const scenarios = values.all === true ? known : asked.length > 0 ? asked : known.slice(0, 1);
  if (values.keep === true && scenarios.length > 1) return { do: 'refuse', why: '--keep takes one scenario' };
  return {
    do: 'run',
    scenarios,
    approval: values.approve === true || !terminal ? 'by-itself' : 'person',
    keep: values.keep === true,
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        list: { type: 'boolean' },
        scenario: { type: 'string', multiple: true },
        all: { type: 'boolean' },
        approve: { type: 'boolean' },
        keep: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    return { ok: true as const, values };
  } catch (error) {
    return { ok: false as const, why: error instanceof Error ? error.message : String(error) };
  }
}
