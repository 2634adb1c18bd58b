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
          const [first, ...rest] = args;
          const redacted = typeof first === 'string' ? redactText(first) : first;
          method.apply(this, [redacted, ...rest.map((part) => redactValue(part))] as Parameters<
            typeof method
          >);
        },
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  // Children inherit this from the root; pino itself does not run formatters over a child's bindings.
  const { child } = logger;
  logger.child = function redactingChild(this: typeof logger, bindings, childOptions) {
    return child.call(this, redactFields(bindings), childOptions);
  } as typeof logger.child;
  return logger;
}

/** A logger that says nothing, for tests and for library use. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
