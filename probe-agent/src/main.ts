import { exitOnBadConfig, renderSettings } from '@pathmedic/shared/runtime/config.ts';
import { createLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createShutdown } from '@pathmedic/shared/runtime/shutdown.ts';
import { createAgent } from './app.ts';
import { agentSettings, loadAgentConfig } from './config.ts';
import packageJson from '../package.json' with { type: 'json' };

const { version } = packageJson;

const help = `pathmedic probe agent ${version}

Probes other agents, Services and DNS servers by the coordinator's plan, answers other agents' probes, and reports.
It takes its configuration from the environment:

${renderSettings(agentSettings)}

Options: --help, --version. Exit codes: 0 stopped in order, 1 failed, 2 bad configuration.
`;

async function main(): Promise<void> {
  const config = exitOnBadConfig(loadAgentConfig(process.env));
  const logger = createLogger({ service: 'pathmedic-agent', level: config.logLevel });
  const agent = createAgent(config, { logger, version });
  const shutdown = createShutdown({ logger, totalMs: 10_000 });
  shutdown.add('agent', () => agent.stop());
  shutdown.onSignals();
  await agent.start();
}

const [option] = process.argv.slice(2);
if (option === '--help') process.stdout.write(help);
else if (option === '--version') process.stdout.write(`${version}\n`);
else if (option !== undefined) {
  process.stderr.write(`unknown option ${option}; see --help\n`);
  process.exitCode = 2;
} else {
  main().catch((error: unknown) => {
    process.stderr.write(
      `the agent could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  });
}
