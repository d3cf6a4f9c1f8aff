import { text } from 'node:stream/consumers';
import { hostsIn } from '../../electron/core/discovery/ranges.ts';
import { searchHosts } from '../../electron/core/discovery/search-hosts.ts';
import { readRootCas } from '../../electron/core/pki/root-ca.ts';

/**
 * `find-hosts.ts CIDR PORT`, with the Root CA on standard input: one search by the app's own code. Prints its
 * milliseconds, without the start of this process since the app is already running, and the addresses found.
 */
const [cidr = '', port = ''] = process.argv.slice(2);
const { candidates } = readRootCas(Buffer.from(await text(process.stdin)), Date.now(), 0);
const started = performance.now();
let firstMs: number | undefined;
const found = await searchHosts({
  hosts: hostsIn(cidr),
  port: Number(port),
  trust: { rootCas: candidates, now: Date.now, knownPast: 0 },
  signal: new AbortController().signal,
  onProgress: ({ found: soFar }) => {
    if (soFar.length > 0) firstMs ??= performance.now() - started;
  },
});
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, firstMs, found: found.map(({ address }) => address.host) }));
