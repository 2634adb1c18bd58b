import { request } from 'node:https';
import { readKubeconfig } from './kubeconfig.ts';

/** Reads from the API server within this process: starting kubectl for each look would cost more than the look. */
export interface ApiClient {
  /** The answer's text. @throws when the server cannot be reached, does not answer in time or answers with an error */
  get(path: string): Promise<string>;
}

const timeoutMs = 10_000;

export async function openApi(kubeconfigPath: string): Promise<ApiClient> {
  const { clusters, users } = await readKubeconfig(kubeconfigPath);
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (cluster === undefined || user === undefined)
    throw new Error(`${kubeconfigPath} names no cluster and user`);
  const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');
  const identity = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const sent = request(
          new URL(path, cluster.server),
          { ...identity, agent: false, timeout: timeoutMs },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              if (answer.statusCode === 200) resolve(text);
              else reject(new Error(`GET ${path}: ${answer.statusCode}: ${text.slice(0, 500)}`));
            });
          },
        );
        sent.on('timeout', () => sent.destroy(new Error(`GET ${path}: no answer in ${timeoutMs / 1000} s`)));
        sent.on('error', reject);
        sent.end();
      }),
  };
}
