import { join } from 'node:path';
import { bundleConsole, bundleService } from '../deploy/docker/bundle.ts';
import { outDirOption, printFiles } from '../deploy/docker/print-bundle.ts';

const here = import.meta.dirname;
const outDir = outDirOption(join(here, 'dist'));
printFiles(await bundleService(join(here, 'src/main.ts'), 'coordinator', outDir));
printFiles(await bundleConsole(join(here, 'ui'), join(outDir, 'console')));
