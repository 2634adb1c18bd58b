import type { LabBuild } from './build/lab-build.ts';
import { labImages } from './build/versions.ts';

export function temporaryBuild(): Promise<LabBuild> {
  const dir = '/var/tmp/pm-lab';
  return Promise.resolve({
    binDir: `${dir}/bin`,
    layersDir: `${dir}/build/images`,
    seedDir: `${dir}/seed/containerd`,
    images: labImages,
  });
}
