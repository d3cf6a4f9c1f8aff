import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forwardCommand, whoServes } from '../../../electron/command/client.ts';
import { type CommandServer, serveCommands } from '../../../electron/command/server.ts';
import { group } from '../case.ts';
import { startRegister } from '../register.ts';

interface Asked {
  readonly ask: (...args: string[]) => Promise<{ readonly code: number | undefined; readonly out: string }>;
  readonly server: CommandServer;
}

/** A register that takes commands, as the app does, for as long as `work` takes. */
async function serving(folder: string, work: (asked: Asked) => Promise<void>): Promise<void> {
  const register = startRegister(folder);
  const host = {
    core: register.core,
    hear: () => () => {},
    askService: async () => ({ status: 500, body: '' }),
  };
  const server = await serveCommands({ folder, host, who: 'window' });
  try {
    await work({
      server,
      ask: async (...args) => {
        let out = '';
        const code = await forwardCommand(
          folder,
          args,
          { secrets: {}, rest: '' },
          {
            cwd: folder,
            signal: new AbortController().signal,
            writeOut: (text) => {
              out += text;
            },
            writeErr: () => {},
          },
        );
        return { code, out };
      },
    });
  } finally {
    await server.close();
    await register.core.close();
  }
}

export default group('commands', {
  'are taken over a pipe whose name nobody can guess': ({ folder }) =>
    serving(folder, async ({ ask }) => {
      const { path, token } = JSON.parse(readFileSync(join(folder, 'commands', 'endpoint.json'), 'utf8'));
      assert.match(path, /^\\\\\.\\pipe\\pos-pairing-[0-9a-f]{32}$/);
      assert.ok(token.length >= 43);
      assert.equal(await whoServes(folder), 'window');
      assert.deepEqual(await ask('status', '--json'), { code: 0, out: '[]\n' });
      assert.equal((await ask('remove', '--pos-id', 'レジ')).code, 9);
    }),
  'are taken by nobody once the app has ended': ({ folder }) =>
    serving(folder, async ({ ask, server }) => {
      await server.close();
      assert.deepEqual(await ask('status'), { code: undefined, out: '' });
      assert.equal(await whoServes(folder), undefined);
    }),
  'are taken again by the next start': async ({ folder }) => {
    await serving(folder, async ({ ask }) => assert.equal((await ask('status')).code, 0));
    await serving(folder, async ({ ask }) => assert.equal((await ask('status')).code, 0));
  },
});
