import { exitOnBadConfig, renderSettings } from '@pathmedic/shared/runtime/config.ts';
import { createLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createShutdown } from '@pathmedic/shared/runtime/shutdown.ts';
import { allSettings, readConfig } from './config.ts';
import packageJson from '../package.json' with { type: 'json' };

const { version } = packageJson;

const help = `pathmedic coordinator ${version}

Correlates what the agents see with the cluster's state, names the broken component, asks for approval, verifies and
closes. With PATHMEDIC_ROLE=executor it carries out approved plans and does nothing else.
It takes its configuration from the environment:

${renderSettings(allSettings)}

Offline: audit FILE|- checks an incident's exported events against its audit heads; see audit --help.

Options: --help, --version. Exit codes: 0 stopped in order, 1 failed, 2 bad configuration.
`;

async function main(): Promise<void> {
  const loaded = readConfig(process.env);
  const config = exitOnBadConfig(loaded);
  const logger = createLogger({
    service: `pathmedic-${config.PATHMEDIC_ROLE}`,
    level: config.PATHMEDIC_LOG_LEVEL,
  });
  const shutdown = createShutdown({ logger, totalMs: 15_000 });
  // Loaded here and not above: an offline command does without Redis, Slack and the API server's client.
  const { startApp } = await import('./app.ts');
  const app = await startApp(config, { logger, version });
  shutdown.add('app', () => app.close());
  shutdown.onSignals();
}

const [option, ...rest] = process.argv.slice(2);
if (option === 'audit') {
  const { runAudit } = await import('./cli/run.ts');
  process.exitCode = await runAudit(rest);
} else if (option === '--help') process.stdout.write(help);
else if (option === '--version') process.stdout.write(`${version}\n`);
else if (option !== undefined) {
  process.stderr.write(`unknown option or command ${option}; see --help\n`);
  process.exitCode = 2;
} else {
  main().catch((error: unknown) => {
    process.stderr.write(
      `the coordinator could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  });
}
