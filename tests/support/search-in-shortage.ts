import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { hostsIn } from '../../electron/core/discovery/ranges.ts';
import { searchHosts } from '../../electron/core/discovery/search-hosts.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { readRootCas } from '../../electron/core/pki/root-ca.ts';

/**
 * `search-in-shortage.ts CIDR PORT LEFT`, with the Root CA on standard input: a search by a process that has only LEFT
 * file descriptors left. Prints the addresses found, or the error.
 */
const [cidr = '', port = '', left = ''] = process.argv.slice(2);
const { candidates } = readRootCas(Buffer.from(await text(process.stdin)), Date.now(), 0);
// What Node loads late must be there before the descriptors are gone.
connect(1, '127.0.0.1').on('error', () => {});
await new Promise((resolve) => setTimeout(resolve, 50));

const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  for (const descriptor of taken.splice(0, Number(left))) closeSync(descriptor);
}
const outcome = await searchHosts({
  hosts: hostsIn(cidr),
  port: Number(port),
  trust: { rootCas: candidates, now: Date.now, knownPast: 0 },
  signal: new AbortController().signal,
}).then(
  (found) => ({ found: found.map(({ address }) => address.host) }),
  (thrown: unknown) => ({ error: toAppError(thrown).code }),
);
for (const descriptor of taken) closeSync(descriptor);
console.log(JSON.stringify(outcome));
