/**
 * What a page that was taken over may send in place of a request: everything that survives structured cloning. Runs in
 * the page as well as here, so it uses nothing from outside of it.
 */
export const junk = (): unknown[] => {
  const deep = (depth: number): unknown => (depth === 0 ? 'bottom' : { inner: deep(depth - 1) });
  return [
    undefined,
    null,
    true,
    0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    12n,
    '',
    'getState',
    '\u0000\u202e\ud800',
    '../'.repeat(100),
    [],
    [[[]]],
    new Array(100_000).fill(null),
    {},
    { pairingId: {} },
    { pairingId: ['6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e'] },
    { pairingId: '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e\n' },
    JSON.parse('{"__proto__":{"pairingId":"6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e","confirmed":true}}'),
    { constructor: { prototype: { confirmed: true } } },
    { length: -1, byteLength: 1e9 },
    { toString: 1, toJSON: 'x', valueOf: null },
    deep(200),
    new Map([['pairingId', 1]]),
    new Set(['a']),
    new Date(Number.NaN),
    /(a+)+$/,
    new Error('thrown'),
    new Uint8Array(16),
    new ArrayBuffer(16),
    new Float64Array([Number.NaN]),
  ];
};

/** What a text may be replaced by in a request that is right otherwise. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '\u0000',
  '../../../../etc/passwd',
  '\u202e%s%n{{7*7}}<img src=x onerror=alert(1)>',
  '\ud800',
  'A'.repeat(4096),
  '１２７．０．０．１',
  '__proto__',
];
