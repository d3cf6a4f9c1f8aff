import { describe, expect, it } from 'vitest';
import { parseCertificate, sameCertificate } from '../../electron/core/pki/certificate.ts';
import { lastMade, onceFor } from '../../electron/core/pki/once.ts';
import { createVendorPki } from '../simulator/device.ts';

describe('onceFor', () => {
  it('works once for each object, and again after it has failed', () => {
    const seen: object[] = [];
    let fails = true;
    const work = onceFor((key: object) => {
      seen.push(key);
      if (fails) throw new Error('not yet');
      return false;
    });
    const [a, b] = [{}, {}];
    expect(() => work(a)).toThrow('not yet');
    fails = false;
    expect([work(a), work(a), work(b)]).toEqual([false, false, false]);
    expect(seen).toEqual([a, a, b]);
  });
});

describe('lastMade', () => {
  it('keeps what was asked for last', () => {
    const made: string[] = [];
    const known = lastMade<object>(2);
    const ask = (name: string) =>
      known(name, () => {
        made.push(name);
        return { name };
      });
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) ask(name);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('a certificate that is read again', () => {
  it('is the same object for the same bytes, and another one for others', async () => {
    const { root, intermediate } = await createVendorPki();
    const { raw } = root.certificate;
    const first = parseCertificate(raw);
    expect(first && sameCertificate(first, root.certificate)).toBe(true);
    expect(parseCertificate(Buffer.from(raw))).toBe(first);
    expect(parseCertificate(intermediate.certificate.raw)).not.toBe(first);
    // One bit of the signature: nothing that is known of the first may hold for it.
    const changed = Buffer.from(raw);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    expect(parseCertificate(changed)).not.toBe(first);
  });
});
