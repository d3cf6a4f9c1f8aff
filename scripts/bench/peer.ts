import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts another script of the benchmarks in a process of its own, and waits for its first message. */
export async function startPeer(name: string, argument = ''): Promise<[ChildProcess, unknown]> {
  const peer = fork(new URL(`./${name}.ts`, import.meta.url), [], { execArgv: process.execArgv });
  if (argument) peer.send(argument);
  const [message] = await once(peer, 'message');
  return [peer, message];
}
