import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findKeyMaterial } from '../../electron/core/pki/key-material.ts';
import { redact } from '../../electron/core/redact.ts';
import { pkcs8KeyPem, traditionalKeyPem } from '../simulator/keys.ts';
import { searchMemory } from '../support/process-memory.ts';
import { TraceFinder, tracesOfKey, tracesOfText } from '../support/traces.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const finderFor = (key: typeof privateKey) => new TraceFinder(tracesOfKey(pkcs8KeyPem(key)));
const CODE = '8QW1YS1D';

describe('the search for traces', () => {
  it('finds a key in every form it may have', () => {
    for (const key of [privateKey, ec]) {
      const finder = finderFor(key);
      const der = key.export({ type: 'pkcs8', format: 'der' });
      const forms: (string | Buffer)[] = [
        pkcs8KeyPem(key),
        traditionalKeyPem(key),
        JSON.stringify({ answer: traditionalKeyPem(key).replaceAll('\n', '\r\n') }),
        Buffer.from(pkcs8KeyPem(key), 'utf16le'),
        der,
        Buffer.from(der).reverse(),
        der.toString('hex'),
        der.toString('hex').toUpperCase(),
        der.toString('base64'),
        der.toString('base64url'),
        JSON.stringify(key.export({ format: 'jwk' })),
      ];
      for (const form of forms) expect(finder.namesIn(form)).not.toEqual([]);
    }
  });

  it('finds nothing in another key, nor in the public half', () => {
    const finder = finderFor(privateKey);
    const { n, e } = privateKey.export({ format: 'jwk' });
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(finder.namesIn(pkcs8KeyPem(other))).toEqual([]);
    expect(finder.namesIn(`${n}${e}`)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('finds what is in the memory of a process', () => {
    const text = `trace-${Math.random()}`;
    const kept = Buffer.from(`${text}!`);
    const finder = new TraceFinder(tracesOfText('text', text));
    expect(searchMemory(process.pid, finder).length).toBeGreaterThan(0);
    kept.fill(0);
  });
});

/** The memory that Node has cut small Buffers from while `work` ran: nothing else was in it before. */
function poolAfter(work: () => void): Buffer {
  const used = Buffer.from('used').buffer;
  let pool = used;
  while (pool === used) pool = Buffer.allocUnsafe(1024).buffer;
  new Uint8Array(pool).fill(0);
  const pools = new Set([pool]);
  work();
  pools.add(Buffer.from('after').buffer);
  return Buffer.concat([...pools].map((each) => new Uint8Array(each)));
}

describe('Buffers of secrets are wiped', () => {
  it.each([
    ['PEM', traditionalKeyPem(privateKey)],
    ['base64', privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')],
    ['PEM in base64', Buffer.from(pkcs8KeyPem(privateKey)).toString('base64')],
  ])('when a key is read from %s', (_form, text) => {
    const finder = finderFor(privateKey);
    const pool = poolAfter(() => expect(findKeyMaterial(text).keys).toHaveLength(1));
    expect(finder.namesIn(pool)).toEqual([]);
    const unwiped = poolAfter(() => Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64'));
    expect(finder.namesIn(unwiped)).not.toEqual([]);
  });

  it('when a code is taken out of a text', () => {
    const finder = new TraceFinder(tracesOfText('code', CODE));
    const pool = poolAfter(() => expect(redact(`code ${CODE} is wrong`, [CODE])).not.toContain(CODE));
    expect(finder.namesIn(pool)).toEqual([]);
    expect(finder.namesIn(poolAfter(() => Buffer.from(CODE)))).not.toEqual([]);
  });
});
