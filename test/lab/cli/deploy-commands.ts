import { deployProduct, undeployProduct, type ProductAccess } from '../deploy/deploy-product.ts';
import type { Lab } from '../lab.ts';
import type { LabRequest } from './arguments.ts';

type Say = (line: string) => void;

export async function runDeploy(
  request: Extract<LabRequest, { do: 'deploy' }>,
  lab: Lab,
  say: Say,
  signal: AbortSignal,
): Promise<number> {
  const access = await deployProduct(lab, request.mode, say, signal);
  process.stdout.write(request.json ? `${JSON.stringify(access, null, 2)}\n` : accessText(access, lab.name));
  return 0;
}

export async function runUndeploy(lab: Lab, say: Say): Promise<number> {
  say((await undeployProduct(lab)) ? 'pathmedic is removed' : 'nothing was deployed');
  return 0;
}

/** How to go on from here. */
export function accessText({ mode, consoleUrl, token, channelUrl }: ProductAccess, lab: string): string {
  return `pathmedic runs in the lab ${lab} (mode ${mode}), and all is quiet.
  console    ${consoleUrl}/
  token      ${token}   (ana, who may approve)
  channel    ${channelUrl}
  incidents  curl -H 'authorization: Bearer ${token}' ${consoleUrl}/v1/incidents
  break it   npm run lab -- --name ${lab} fault vxlan-blocked
  remove it  npm run lab -- --name ${lab} undeploy
`;
}
