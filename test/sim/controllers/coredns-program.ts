import { createHash } from 'node:crypto';
import type { Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { CorefileBlock } from './corefile.ts';
import { parseCorefile, rootPlugin } from './corefile.ts';
import type { PodProgram } from './pod-program.ts';
import type { Timing } from './timing.ts';

/** The DNS servers of one CoreDNS pod: they listen from `serve` to `close`. */
export interface DnsListener {
  serve(blocks: readonly CorefileBlock[]): void;
  close(): void;
}

const CONFIG_MAP = 'coredns';
const FILE = '/etc/coredns/Corefile';

/**
 * CoreDNS: a Corefile that does not parse ends it at once with the parser's message; a running one looks for changes when
 * it has the `reload` plugin, takes a good file and stays with the old one on a bad one.
 */
export function corednsProgram(timing: Timing, listen: (address: string) => DnsListener): PodProgram {
  return (context) => {
    const text = context.mounted(CONFIG_MAP)['Corefile'] ?? '';
    const parsed = parseCorefile(text, FILE);
    if (parsed.type === 'error') {
      context.log('maxprocs: Leaving GOMAXPROCS=2: CPU quota undefined');
      context.log(parsed.message);
      context.exit(1);
      return { stop: () => {} };
    }
    const listener = listen(context.address);
    const timers: Timer[] = [];
    let current = text;
    const sum = (corefile: string): string => createHash('sha512').update(corefile).digest('hex');

    function watchFile(): void {
      timers.push(
        context.clock.after(timing.corefileReloadMs, () => {
          reload();
          watchFile();
        }),
      );
    }

    function reload(): void {
      const next = context.mounted(CONFIG_MAP)['Corefile'] ?? '';
      if (next === current) return;
      current = next;
      const fresh = parseCorefile(next, FILE);
      context.log('[INFO] Reloading');
      if (fresh.type === 'error') {
        context.log(`[ERROR] Restart failed: ${fresh.message}`);
        context.log(
          `[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: ${fresh.message}`,
        );
        return;
      }
      listener.serve(fresh.blocks);
      context.log(`[INFO] plugin/reload: Running configuration SHA512 = ${sum(next)}`);
      context.log('[INFO] Reloading complete');
    }

    context.log('.:53');
    context.log(`[INFO] plugin/reload: Running configuration SHA512 = ${sum(text)}`);
    context.log('CoreDNS-1.15.0');
    context.log('linux/amd64, go1.25, ');
    listener.serve(parsed.blocks);
    if (rootPlugin(parsed.blocks, 'reload') !== undefined) watchFile();
    // Without the `ready` plugin nothing answers the readiness probe.
    if (rootPlugin(parsed.blocks, 'ready') !== undefined)
      timers.push(context.clock.after(timing.readinessMs, () => context.setReady(true)));
    return {
      stop() {
        for (const timer of timers) timer.cancel();
        listener.close();
      },
    };
  };
}
