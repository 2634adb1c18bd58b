import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** As the lab writes them: JSON, one cluster, one user with a certificate. */
const Kubeconfig = z.looseObject({
  clusters: z.array(
    z.looseObject({
      cluster: z.looseObject({ server: z.string(), 'certificate-authority-data': z.string() }),
    }),
  ),
  users: z.array(
    z.looseObject({
      user: z.looseObject({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }),
    }),
  ),
});
export type Kubeconfig = z.infer<typeof Kubeconfig>;

export async function readKubeconfig(path: string): Promise<Kubeconfig> {
  return Kubeconfig.parse(JSON.parse(await readFile(path, 'utf8')));
}
