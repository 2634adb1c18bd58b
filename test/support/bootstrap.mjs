// Runs before `npm test` and `npm run demo`, on whatever Node the machine has (20 or newer) and with nothing
// installed yet: plain JavaScript, no dependencies. Brings in what is missing and says so before it does.
//
//   node test/support/bootstrap.mjs [redis] [chromium]
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { ensureProgram, PROGRAMS } from './bootstrap/programs.mjs';
import { thisSystem } from './bootstrap/system.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const system = thisSystem();

function bootstrap() {
  if (!installDependencies(root, system)) return false;
  return process.argv.slice(2).every((name) => {
    const program = PROGRAMS[name];
    if (program !== undefined) return ensureProgram(program, system) !== 'missing';
    system.say(`unknown program '${name}'; known: ${Object.keys(PROGRAMS).join(', ')}`);
    return false;
  });
}

process.exitCode = bootstrap() ? 0 : 1;
