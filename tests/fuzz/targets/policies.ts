import fc from 'fast-check';
import { policySchema } from '../../../electron/core/policy/policy-schema.ts';
import { type GuardedFiles, judgeRootCas, readPolicy } from '../../../electron/core/policy/read-policy.ts';
import { parseRegistry } from '../../../electron/core/policy/registry.ts';
import type { Choices } from '../choices.ts';
import type { Material } from '../material.ts';
import { mutateJson } from '../mutate/json.ts';
import { mutatePem } from '../mutate/pem.ts';
import { mutateText } from '../mutate/text.ts';
import { anyText, codeOfError, codeOfThrown, mostly, mutated, type Target, target } from '../target.ts';

const FILE = '/etc/pos-pairing/policy.json';
const ROOT_CA_FILE = '/etc/pos-pairing/root.pem';
const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing';
const WORDS = [
  ...Object.keys(policySchema.shape),
  'true',
  '0',
  '"',
  ROOT_CA_FILE,
  '{hostname:4}',
  '{hostname}',
  'https://a.b',
];

const files = (text: string, rootCa: Buffer): GuardedFiles => ({
  read: (path) => (path === FILE ? Buffer.from(text) : path === ROOT_CA_FILE ? rootCa : undefined),
});

function read(text: string, rootCa: Buffer, pinHash: string): string {
  const reading = readPolicy({ system: null, file: FILE, files: files(text, rootCa) });
  if (reading.kind !== 'found')
    return reading.kind === 'absent' ? 'absent' : codeOfError(reading.error, [pinHash]);
  try {
    judgeRootCas(reading.policy, Date.now(), 0);
    return 'ok';
  } catch (thrown) {
    return `root CA: ${codeOfThrown(thrown, [pinHash])}`;
  }
}

function readRegistry(text: string, pinHash: string): string {
  const values = () => parseRegistry(text);
  const reading = readPolicy({
    system: { place: KEY, read: values },
    file: FILE,
    files: { read: () => undefined },
  });
  return reading.kind === 'rejected' ? codeOfError(reading.error, [pinHash]) : reading.kind;
}

export function policyTargets({ rootPem, pinHash, rootCaFiles }: Material): Target[] {
  const whole = {
    $schema: './policy.schema.json',
    rootCas: [rootPem],
    defaultAddress: '192.168.178.67',
    defaultPort: 9443,
    posIdPattern: 'SHOP-{hostname:4}',
    language: 'de',
    checkIntervalMinutes: 30,
    tray: true,
    bridgePort: 8765,
    bridgeOrigins: ['https://till.example', 'http://localhost:3000'],
    bridgeStartWithComputer: true,
    managerPinHash: pinHash,
    locked: ['language', 'rootCas'],
    allowExport: false,
  };
  const texts = [whole, { rootCas: [ROOT_CA_FILE] }, { tray: true }, { managerPinHash: pinHash }].map(
    (policy) => JSON.stringify(policy),
  );
  const registry = [
    [
      KEY,
      '    defaultAddress    REG_SZ    till.shop.example',
      '    checkIntervalMinutes    REG_DWORD    0x1e',
      '    allowExport    REG_DWORD    0x0',
      '    locked    REG_MULTI_SZ    tray\\0language',
      `    managerPinHash    REG_SZ    ${pinHash}`,
      '',
    ],
    [
      KEY,
      '',
      `${KEY}\\bridgeOrigins`,
      '    1    REG_SZ    https://till.example',
      '    2    REG_SZ    http://localhost:3000',
      '',
      '',
    ],
    [KEY, '', ''],
  ].map((lines) => `\r\n${lines.join('\r\n')}`);
  const mutateJsonText = (text: string, choices: Choices) =>
    choices.below(6) === 0 ? mutatePem(text, choices) : mutateJson(text, choices, WORDS);
  const registryWords = [
    '    REG_SZ    ',
    '    REG_DWORD    ',
    '\r\n',
    '\\',
    'HKEY_LOCAL_MACHINE\\',
    '\\POS Pairing\\',
    ...WORDS,
  ];
  const rootCas = rootCaFiles.map((file) => Buffer.from(file, 'base64'));
  const plain = (text: string) => read(text, rootCas[0] ?? Buffer.alloc(0), pinHash);
  return [
    target({
      name: 'policy-file',
      about: 'A policy file, with the Root CA files it names',
      share: 30,
      reaches: ['ok', 'policy-invalid', 'root CA: policy-invalid'],
      inputs: fc.record({
        text: mostly(mutated(texts, mutateJsonText), anyText),
        rootCa: fc.constantFrom(...rootCas),
      }),
      run: ({ text, rootCa }) => read(text, rootCa, pinHash),
      guided: {
        seeds: texts.map((text) => Buffer.from(text)),
        mutate: (data, choices, learnt) =>
          Buffer.from(mutateJson(data.toString(), choices, [...WORDS, ...learnt])),
        run: (data) => plain(data.toString()),
      },
    }),
    target({
      name: 'policy-registry',
      about: 'A policy as the Windows registry lists it',
      share: 50,
      reaches: ['found', 'absent', 'policy-invalid'],
      inputs: mutated(registry, (text, choices) => mutateText(text, choices, registryWords)),
      run: (text) => readRegistry(text, pinHash),
    }),
  ];
}
