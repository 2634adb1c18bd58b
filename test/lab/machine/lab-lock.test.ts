import { expect, it } from 'vitest';
import { LabBusyError, lockLab } from './lab-lock.ts';

it('lets one command a lab in, and the next when it is done', async () => {
  const name = `test-${process.pid}`;
  const first = await lockLab(name);
  await expect(lockLab(name)).rejects.toThrow(LabBusyError);
  const other = await lockLab(`${name}-b`);
  await other.release();
  await first.release();
  const second = await lockLab(name);
  await second.release();
});
