import { forwardCommand } from '../../electron/command/client.ts';
import { type CommandServer, serveCommands } from '../../electron/command/server.ts';
import type { PolicyPlaces } from '../../electron/core/policy/read-policy.ts';
import { startRegister } from './register.ts';

interface Ended {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

interface Asked {
  readonly ask: (...args: string[]) => Promise<Ended>;
  readonly server: CommandServer;
}

/** A register that takes commands, as the app does, for as long as `work` takes. */
export async function serving(
  folder: string,
  work: (asked: Asked) => Promise<void>,
  policyPlaces?: PolicyPlaces,
): Promise<void> {
  const register = startRegister(folder, policyPlaces);
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
        let [out, err] = ['', ''];
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
            writeErr: (text) => {
              err += text;
            },
          },
        );
        return { code, out, err };
      },
    });
  } finally {
    await server.close();
    await register.core.close();
  }
}
