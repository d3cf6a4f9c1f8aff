import { isIP } from 'node:net';
import { notRun, ok } from './verdict.ts';
import type { Check } from './visit.ts';

export const checkName: Check = {
  name: 'name',
  needs: [],
  run: async ({ address: { host }, world }) => {
    if (isIP(host)) return notRun({ reason: 'number' });
    return ok('name-resolved', { addresses: (await world.lookup(host)).join(', ') });
  },
};
