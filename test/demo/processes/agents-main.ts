// Real probe agents, one for each simulated agent pod that runs, all in this process: it starts and stops them as it is told.
import { createAgent, type Agent } from '@pathmedic/probe-agent/app.ts';
import { loadAgentConfig } from '@pathmedic/probe-agent/config.ts';
import { createLogger } from '@pathmedic/shared/runtime/logger.ts';
import { AgentOrder, type AgentNews } from './agent-orders.ts';

const logger = createLogger({ service: 'pathmedic-agent', level: 'info' });
/** Resolves with the agent once it listens, or null. */
const agents = new Map<string, Promise<Agent | null>>();

function tell(news: AgentNews): void {
  process.send?.(news);
}

async function start(podUid: string, env: Record<string, string>): Promise<Agent | null> {
  try {
    const loaded = loadAgentConfig(env);
    if (!loaded.ok) throw new Error(loaded.problems.map((p) => `${p.name} ${p.problem}`).join('; '));
    const agent = createAgent(loaded.config, { logger, version: 'demo' });
    await agent.start();
    tell({ is: 'listening', podUid });
    return agent;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    logger.error({ podUid, why }, 'an agent could not start');
    tell({ is: 'failed', podUid, why });
    return null;
  }
}

process.on('message', (message) => {
  const order = AgentOrder.parse(message);
  const before = agents.get(order.podUid) ?? Promise.resolve(null);
  const stopped = before.then((agent) => agent?.stop());
  switch (order.do) {
    case 'start':
      agents.set(
        order.podUid,
        stopped.then(() => start(order.podUid, order.env)),
      );
      return;
    case 'stop':
      agents.delete(order.podUid);
      stopped.catch((error: unknown) => logger.error({ err: error }, 'an agent could not stop'));
  }
});

// The demo is gone, whatever way it went.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
