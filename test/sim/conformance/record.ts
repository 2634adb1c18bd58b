import { writeFileSync } from 'node:fs';
import { CONFORMANCE_REQUESTS } from './requests.ts';
import { runRequests } from './run-requests.ts';

/**
 * Records what a real kube-apiserver answers: `node test/sim/conformance/record.ts https://127.0.0.1:PORT FILE`.
 * It must know the static tokens `admin-token` (system:masters) and `alice-token` (no rights), and have no namespace
 * `conf`. For a self-signed certificate set NODE_TLS_REJECT_UNAUTHORIZED=0.
 */
const [, , baseUrl, file] = process.argv;
if (baseUrl === undefined || file === undefined) {
  console.error('usage: record.ts BASE_URL FILE');
  process.exit(2);
}
const answers = await runRequests(baseUrl, CONFORMANCE_REQUESTS);
writeFileSync(file, `${JSON.stringify(answers, null, 1)}\n`);
console.log(`${answers.length} answers written to ${file}`);
