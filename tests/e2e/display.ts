import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { displayIsVirtual } from '../../scripts/desktop-session.ts';

/**
 * Gives this process a virtual display of its own, where all have only a virtual one: apps of tests that run side by
 * side would share its clipboard, its focus and its pointer. Resolves with what ends it.
 */
export async function ownDisplay(): Promise<() => Promise<void>> {
  if (!displayIsVirtual()) return async () => {};
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [display] = (await once(createInterface({ input: server.stdio[3] as Readable }), 'line')) as [string];
  const shared = process.env['DISPLAY'];
  process.env['DISPLAY'] = `:${display}`;
  return async () => {
    process.env['DISPLAY'] = shared;
    server.kill();
    await once(server, 'exit');
  };
}
