import fc from 'fast-check';
import { parseCidr } from '../../../electron/core/discovery/ranges.ts';
import { isPosIdPattern, posIdFrom } from '../../../electron/core/policy/pos-id-pattern.ts';
import { parseBridgePort, parseMessageLimit, parseOrigins } from '../../../shared/bridge.ts';
import {
  deviceAddressSchema,
  formatAuthority,
  normalizeCode,
  parseAddress,
  parseCode,
  parsePairingName,
  parsePort,
  parsePosId,
  parseSerial,
  suggestPosId,
} from '../../../shared/inputs.ts';
import { parsePin } from '../../../shared/manager.ts';
import type { Result } from '../../../shared/result.ts';
import { mutateText } from '../mutate/text.ts';
import { anyText, codeOfError, codeOfThrown, must, mutated, type Target, target } from '../target.ts';

const ADDRESSES = [
  'https://192.168.178.67:8443 OR wss://192.168.178.67:8443',
  'https://[fe80::1]:8443 or wss://[fe80::1]:8443',
  ...[
    '192.168.178.67',
    '192.168.178.67:8443',
    '::1',
    '[2001:db8::1]:9443',
    'wss://device.example.:8443/',
    'DEVICE',
  ],
];
const ADDRESS_WORDS = [
  ...[
    'https://',
    'wss://',
    'http://',
    'ws://',
    'ftp://',
    'OR',
    ' or ',
    ':',
    ':8443',
    ':0',
    ':65536',
    '[',
    ']',
    '::',
  ],
  ...[
    '192.168.178.67',
    '0x7f.1',
    '1.1',
    '256.1.1.1',
    'fe80::1%eth0',
    'xn--',
    'münchen',
    'a.b',
    '.',
    '-',
    '@',
    '/',
    '?',
    '#',
    ',',
    ';',
    '|',
  ],
];
const words = (list: readonly string[]) =>
  fc.array(fc.constantFrom(...list), { maxLength: 12 }).map((parts) => parts.join(''));
const texts = (seeds: readonly string[], tokens: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: mutated(seeds, (text, choices) => mutateText(text, choices, tokens)) },
    { weight: 2, arbitrary: words([...seeds, ...tokens]) },
    { weight: 1, arbitrary: anyText },
  );

const endingOf = <T>(result: Result<T>, secrets: readonly string[] = []): string =>
  result.ok ? 'ok' : codeOfError(result.error, secrets);

function readAddress(text: string): string {
  const read = parseAddress(text);
  if (!read.ok) return codeOfError(read.error);
  const { host, port } = read.value;
  must(deviceAddressSchema.safeParse({ host, port }).success, 'an address is one that can be stored');
  const again = parseAddress(formatAuthority({ host, port }));
  must(
    again.ok && again.value.host === host && again.value.port === port,
    `${host} and ${port} are read as they are written`,
  );
  return 'ok';
}

function readCode(text: string): string {
  const read = parseCode(text);
  const typed = normalizeCode(text);
  // Shorter ones are a part of any text.
  if (!read.ok) return codeOfError(read.error, typed.length >= 4 ? [text, typed] : []);
  must(/^[A-Z0-9]{8}$/.test(read.value), 'a code is eight letters and digits');
  const again = parseCode(read.value.toLowerCase());
  must(again.ok && again.value === read.value, 'a code is read as it is written');
  return 'ok';
}

function readPosId(text: string): string {
  for (const read of [parsePosId, parsePairingName]) {
    const once = read(text);
    if (!once.ok) continue;
    const again = read(once.value);
    must(again.ok && again.value === once.value, 'a POS ID is read as it is written');
  }
  const suggested = suggestPosId(text);
  must(suggested === '' || parsePosId(suggested).ok, 'what is suggested is a POS ID');
  if (isPosIdPattern(text))
    must(
      [posIdFrom(text, 'x')].every((id) => parsePosId(id).ok),
      'a pattern gives a POS ID',
    );
  posIdFrom(text, text);
  return endingOf(parsePosId(text));
}

function readSerial(text: string): string {
  const read = parseSerial(text);
  if (!read.ok) return codeOfError(read.error);
  const { serial, name } = read.value;
  if (name !== undefined)
    must(name.startsWith(`${serial.toLowerCase()}.`), 'a name begins with its serial number');
  must(parseSerial(serial).ok, 'a serial number is read as it is written');
  return name === undefined ? 'ok' : 'ok, by its name';
}

function readOthers(text: string): string {
  const origins = parseOrigins(text);
  if (origins.ok) {
    const again = parseOrigins(origins.value.join('\n'));
    must(again.ok && again.value.join() === origins.value.join(), 'origins are read as they are written');
  } else codeOfError(origins.error);
  const read = [parsePort(text), parseBridgePort(text), parseMessageLimit(text)].map((result) =>
    endingOf(result),
  );
  const pin = parsePin(text);
  // Shorter ones are a part of any text.
  if (!pin.ok) codeOfError(pin.error, text.trim().length >= 4 ? [text.trim()] : []);
  try {
    parseCidr(text);
    return 'ok';
  } catch (thrown) {
    codeOfThrown(thrown);
  }
  return read.includes('ok') || (origins.ok && origins.value.length > 0) ? 'ok' : (read[0] ?? '');
}

const guidedBy = (seeds: readonly string[], tokens: readonly string[], run: (text: string) => string) => ({
  seeds: seeds.map((seed) => Buffer.from(seed)),
  mutate: (data: Buffer, choices: Parameters<typeof mutateText>[1], learnt: readonly string[]) =>
    Buffer.from(mutateText(data.toString(), choices, [...tokens, ...learnt])),
  run: (data: Buffer) => run(data.toString()),
});

export function typedTargets(): Target[] {
  const codes = ['8QW1YS1D', '9mmf-lmuq', 'JS1X SJQT', '８ＱＷ１ＹＳ１Ｄ'];
  const serials = [SERIAL_NAME, '1850012345', 'abc-1', '1850012345.pgw.seclib.io', 'xn--a.cybs.seclib.io'];
  const posIds = [
    '123',
    'Register 2 – bar',
    'Kasse 1',
    'レジ１',
    'SHOP-{hostname:4}',
    'till-7.store.example',
  ];
  const others = [
    '8443',
    'https://till.example',
    'http://localhost:3000\nhttps://a.b',
    '192.168.1.0/24',
    '10.0.0.0/8',
    '295713',
    'tauri://localhost',
  ];
  return [
    target({
      name: 'address',
      about: 'Address field and the pasted line',
      share: 150,
      reaches: [
        'ok',
        'address-empty',
        'address-invalid',
        'address-port-invalid',
        'address-insecure',
        'address-ambiguous',
      ],
      inputs: texts(ADDRESSES, ADDRESS_WORDS),
      run: readAddress,
      guided: guidedBy(ADDRESSES, ADDRESS_WORDS, readAddress),
    }),
    target({
      name: 'code',
      about: 'Connection code as typed and pasted',
      share: 80,
      reaches: ['ok', 'code-empty', 'code-length', 'code-characters'],
      inputs: texts(codes, ['-', ' ', '–', '8QW1', 'ÄÖ']),
      run: readCode,
    }),
    target({
      name: 'pos-id',
      about: 'POS ID, name of a pairing, pattern and host name',
      share: 80,
      reaches: ['ok', 'pos-id-empty', 'pos-id-too-long', 'pos-id-characters'],
      inputs: fc.oneof(
        { weight: 9, arbitrary: texts(posIds, ['{hostname}', '{hostname:12}', '{', '}']) },
        { weight: 1, arbitrary: fc.constantFrom('', ' ', '\u3000') },
      ),
      run: readPosId,
    }),
    target({
      name: 'serial',
      about: 'Serial number, alone or as a whole name',
      share: 80,
      reaches: ['ok', 'ok, by its name', 'serial-invalid'],
      inputs: texts(serials, ['.cybs.seclib.io', '.', 'xn--', '-', 'seclib.io']),
      run: readSerial,
    }),
    target({
      name: 'other-fields',
      about: 'Ports, origins, message limit, subnets, PIN',
      share: 60,
      reaches: ['ok', 'address-port-invalid'],
      inputs: texts(others, [':', '/', 'http://', 'https://', '[::1]', '*', '/24', '/33', ',', '\n']),
      run: readOthers,
    }),
  ];
}

const SERIAL_NAME = '1850012345.cybs.seclib.io';
