import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { redactText, redactValue } from './redact.ts';

/** Structured logger; `child(bindings)` for a part of the process. */
export type Logger = PinoLogger;

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerOptions {
  /** Name of the process as it should be found in the logs. */
  service: string;
  level: LogLevel;
  /** Standard output unless given. */
  destination?: DestinationStream;
}

function redactFields(fields: object): Record<string, unknown> {
  const redacted = redactValue(fields);
  return typeof redacted === 'object' && redacted !== null ? { ...redacted } : {};
}

/** Pino takes an error's own message where none is given, after every hook: it is given here, redacted. */
function redactArguments(args: readonly unknown[]): unknown[] {
  const [first, ...rest] = args;
  const redacted = rest.map((part) => redactValue(part));
  if (typeof first === 'string') return [redactText(first), ...redacted];
  const error = errorIn(first);
  if (error === null || rest.length > 0) return [first, ...redacted];
  return [first, redactText(error.message)];
}

function errorIn(first: unknown): Error | null {
  if (first instanceof Error) return first;
  const field = typeof first === 'object' && first !== null && 'err' in first ? first.err : null;
  return field instanceof Error ? field : null;
}

/** JSON lines with ISO times; fields named like secrets and credentials inside text never leave the process. */
export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        bindings: redactFields,
        log: redactFields,
      },
      // Errors are already plain and redacted when the serializers run.
      serializers: { err: (value: unknown) => redactValue(value) },
      hooks: {
        logMethod(args, method) {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- same elements in kind and order
          method.apply(this, redactArguments(args) as Parameters<typeof method>);
        },
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  // Children inherit this from the root; pino itself does not run formatters over a child's bindings.
  const { child } = logger;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pino's type cannot be written with a `this`
  logger.child = function redactingChild(this: typeof logger, bindings, childOptions) {
    return child.call(this, redactFields(bindings), childOptions);
  } as typeof logger.child;
  return logger;
}

/** A logger that says nothing, for tests and for library use. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
