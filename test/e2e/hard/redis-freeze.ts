import type { Lab } from '../../lab/lab.ts';
import { redisProcess, signalProcesses } from '../processes.ts';

export interface RedisFreeze {
  /** Whether it is stopped now. */
  frozen(): Promise<boolean>;
  /** Lets it go on; also when it was never stopped. */
  release(): Promise<void>;
}

// Reads the append-only file as it grows. The reply to the writer is on its way by then, the writer's next request is not.
const script = `
f=$(ls -t /var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/redis-data/appendonlydir/*.incr.aof | head -1)
[ -n "$f" ] || exit 1
(timeout 180 tail -c 0 -f "$f" | { grep -q -a -m1 -F "$2" && kill -STOP "$1"; }) >/dev/null 2>&1 &`;

/** From now on Redis on that node is stopped as soon as something with `text` in it has been written to its log. */
export async function freezeRedisOnceWritten(lab: Lab, node: string, text: string): Promise<RedisFreeze> {
  const [pid = ''] = await signalProcesses(lab, node, 'none', redisProcess);
  await lab.on(node, ['sh', '-c', script, 'sh', pid, text]);
  return {
    frozen: async () => / T /.test(await lab.on(node, ['cat', `/proc/${pid}/stat`])),
    release: async () => void (await lab.on(node, ['kill', '-CONT', pid])),
  };
}
