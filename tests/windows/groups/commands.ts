import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whoServes } from '../../../electron/command/client.ts';
import { group } from '../case.ts';
import { serving } from '../serving.ts';

export default group('commands', {
  'are taken over a pipe whose name nobody can guess': ({ folder }) =>
    serving(folder, async ({ ask }) => {
      const { path, token } = JSON.parse(readFileSync(join(folder, 'commands', 'endpoint.json'), 'utf8'));
      assert.match(path, /^\\\\\.\\pipe\\pos-pairing-[0-9a-f]{32}$/);
      assert.ok(token.length >= 43);
      assert.equal(await whoServes(folder), 'window');
      assert.deepEqual(await ask('status', '--json'), { code: 0, out: '[]\n', err: '' });
      assert.equal((await ask('remove', '--pos-id', 'レジ')).code, 9);
    }),
  'are taken by nobody once the app has ended': ({ folder }) =>
    serving(folder, async ({ ask, server }) => {
      await server.close();
      assert.deepEqual(await ask('status'), { code: undefined, out: '', err: '' });
      assert.equal(await whoServes(folder), undefined);
    }),
  'are taken again by the next start': async ({ folder }) => {
    await serving(folder, async ({ ask }) => assert.equal((await ask('status')).code, 0));
    await serving(folder, async ({ ask }) => assert.equal((await ask('status')).code, 0));
  },
});
