import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export type EcCurve = 'prime256v1' | 'secp384r1' | 'secp521r1' | 'secp224r1';
export type KeySpec =
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ec'; readonly curve: EcCurve };

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generateAsync = promisify(generate);
const DEFAULT_KEY = { type: 'rsa', bits: 2048 } as const;
const RING_SIZE = 16;
const MADE_AHEAD = 3;
const ring: Promise<KeyPair>[] = [];
const shared = new Map<string, Promise<KeyPair>>();
let taken = 0;

const isDefault = (spec: KeySpec): boolean => spec.type === 'rsa' && spec.bits === DEFAULT_KEY.bits;

/** Names a file with RSA keys that were made for a whole run of the tests, whose many processes else make their own. */
export const PREPARED_KEYS = 'POS_PAIRING_TEST_KEYS';
let prepared: string[] | undefined;

/** Each of the file's keys once. A process that is started by a test makes its own: the two may meet as strangers. */
function takePrepared(): KeyPair | undefined {
  if (!prepared) {
    const file = process.env[PREPARED_KEYS];
    delete process.env[PREPARED_KEYS];
    prepared = file ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : [];
  }
  const pem = prepared.pop();
  if (pem === undefined) return undefined;
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** RSA keys for `PREPARED_KEYS`, as its file has them. */
export async function prepareKeys(count: number): Promise<string> {
  const keys = await Promise.all(Array.from({ length: count }, () => generateKeyPair()));
  return JSON.stringify(keys.map(({ privateKey }) => pkcs8KeyPem(privateKey)));
}

/** A key that nobody else in this process has. */
export async function generateKeyPair(spec: KeySpec = DEFAULT_KEY): Promise<KeyPair> {
  const ready = isDefault(spec) ? takePrepared() : undefined;
  if (ready) return ready;
  return spec.type === 'rsa'
    ? await generateAsync('rsa', { modulusLength: spec.bits })
    : await generateAsync('ec', { namedCurve: spec.curve });
}

/** Starts making RSA keys ahead of demand, in libuv's threads. */
export function warmKeyRing(): void {
  while (ring.length < Math.min(RING_SIZE, taken + MADE_AHEAD)) ring.push(generateKeyPair());
}

/**
 * A key for an end entity, usually one made in advance. RSA keys come round again after sixteen others: making
 * them is what takes the time in a test run, and no two parties of one test then have the same.
 */
export async function takeKey(spec: KeySpec = DEFAULT_KEY): Promise<KeyPair> {
  if (!isDefault(spec)) return await generateKeyPair(spec);
  warmKeyRing();
  const key = await (ring[taken++ % RING_SIZE] ?? generateKeyPair());
  warmKeyRing();
  return key;
}

/** The same key for the same label throughout the process: for parties whose key only has to differ from others. */
export function sharedKey(label: string, spec: KeySpec = DEFAULT_KEY): Promise<KeyPair> {
  const known = shared.get(label);
  if (known) return known;
  const made = generateKeyPair(spec);
  shared.set(label, made);
  return made;
}

/** The traditional PEM form: PKCS#1 (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`). */
export function traditionalKeyPem(key: KeyObject): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return key.export({ type, format: 'pem' }).toString();
}

export function pkcs8KeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
