import { join } from 'node:path';
import { bundleService } from '../deploy/docker/bundle.ts';
import { outDirOption, printFiles } from '../deploy/docker/print-bundle.ts';

const outDir = outDirOption(join(import.meta.dirname, 'dist'));
printFiles(await bundleService(join(import.meta.dirname, 'src/main.ts'), 'agent', outDir));
