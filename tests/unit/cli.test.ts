import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, SECRET_NAMES } from '../../electron/cli/command-specs.ts';
import { parseWait } from '../../electron/cli/commands/pair.ts';
import { parseFingerprint } from '../../electron/cli/commands/trust-root.ts';
import { CliError, EXITS, exitOf } from '../../electron/cli/exit-codes.ts';
import { readInputs } from '../../electron/cli/inputs.ts';
import { type Invocation, parseCommandLine } from '../../electron/cli/parse.ts';
import { signedHeaders } from '../../electron/cli/root-ca-service.ts';
import { commandWords } from '../../electron/command/words.ts';
import { ERROR_CODES } from '../../shared/errors.ts';

const SECRET = 'Tr0ub4dor-9MMFLMUQ';
const PAIR = ['pair', '--address=10.0.0.7', '--pos-id', 'P1', '--serial', '1850012345', '--code-stdin'];

function invocationOf(...args: string[]): Invocation {
  const parsed = parseCommandLine(args);
  if (parsed.kind !== 'command') throw new Error('help');
  return parsed.invocation;
}

function refusalOf(...args: string[]): string {
  try {
    parseCommandLine(args);
  } catch (thrown) {
    if (thrown instanceof CliError && thrown.code === 'usage') return thrown.message;
    throw thrown;
  }
  throw new Error(`taken: ${args.join(' ')}`);
}

describe('a command line', () => {
  it('is read into what the command needs', () => {
    const invocation = invocationOf(...PAIR, '--wait-for-device=15m', '--json');
    expect(invocation).toMatchObject({ command: 'pair', json: true, operand: undefined });
    expect(Object.fromEntries(invocation.values)).toEqual({
      address: ['10.0.0.7'],
      'pos-id': ['P1'],
      serial: ['1850012345'],
      'wait-for-device': ['15m'],
    });
    expect([...invocation.secrets]).toEqual([['code', { kind: 'stdin' }]]);
  });

  it('takes a command of two words, an operand, options that repeat, and an empty value', () => {
    expect(invocationOf('policy', 'hash-pin', '--pin-stdin').command).toBe('policy hash-pin');
    expect(invocationOf('trust-root', '-').operand).toBe('-');
    expect(invocationOf('find', '--range', 'a', '--range=b').values.get('range')).toEqual(['a', 'b']);
    expect(invocationOf('rename', '--pos-id', 'P', '--name', '').values.get('name')).toEqual(['']);
  });

  it.each(SECRET_NAMES)('refuses %s as an argument, in either form, without repeating it', (name) => {
    for (const args of [[`--${name}`, SECRET], [`--${name}=${SECRET}`]]) {
      const message = refusalOf(...PAIR, ...args);
      expect(message).toContain(`--${name}-stdin`);
      expect(message).not.toContain(SECRET);
    }
  });

  it.each([
    ['behind the switch', [...PAIR.slice(0, -1), `--code-stdin=${SECRET}`]],
    ['loose', [...PAIR, SECRET]],
    ['as a number of a descriptor', [...PAIR.slice(0, -1), '--code-fd', SECRET]],
    ['as an unknown option', [...PAIR, `--${SECRET}`]],
    ['as a short option', [...PAIR, `-${SECRET}`]],
    ['as a command', [SECRET]],
  ])('repeats no secret that stands %s', (_where, args) => {
    expect(refusalOf(...args)).not.toContain(SECRET);
  });

  it.each([
    ['nothing', []],
    ['an unknown option', ['status', '--colour']],
    ['a missing value', ['move', '--pos-id', 'P', '--address']],
    ['an option in place of a value', ['move', '--address', '--json']],
    ['a switch with a value', ['status', '--json=yes']],
    ['an option twice', [...PAIR, '--serial=2']],
    ['no serial number', PAIR.filter((word) => !['--serial', '1850012345'].includes(word))],
    ['no code', PAIR.slice(0, -1)],
    ['a code from two places', [...PAIR, '--code-fd=3']],
    ['standard output to read from', [...PAIR.slice(0, -1), '--code-fd=1']],
    ['an operand too many', ['trust-root', 'a', 'b']],
    ['a secret of another command', ['status', '--code-stdin']],
  ])('refuses %s', (_what, args) => {
    expect(refusalOf(...args)).not.toBe('');
  });

  it.each(COMMAND_NAMES)('explains %s, whatever else is missing', (name) => {
    const parsed = parseCommandLine([...name.split(' '), '--help']);
    expect(parsed).toMatchObject({ kind: 'help', text: expect.stringContaining(`pos-pairing ${name}`) });
  });

  it('reads durations and fingerprints', () => {
    expect([parseWait('90s'), parseWait('15m'), parseWait('0s')]).toEqual([90_000, 900_000, 0]);
    for (const text of ['16m', '1h', '15', 'm', '', '-1s']) expect(() => parseWait(text)).toThrow(CliError);
    const colons = Array.from({ length: 32 }, () => 'AB').join(':');
    expect(parseFingerprint('ab'.repeat(32))).toBe(colons);
    expect(parseFingerprint(`SHA256:${colons}`)).toBe(colons);
    expect(() => parseFingerprint('ab'.repeat(20))).toThrow(CliError);
  });
});

describe('exit codes', () => {
  it('are there for each error of the catalogue, and no error is a success', () => {
    for (const code of ERROR_CODES) expect(EXITS[exitOf(code)].code, code).toBeGreaterThan(0);
  });

  it.each([
    ['timed-out', 3],
    ['connection-refused', 3],
    ['device-issuer-unknown', 4],
    ['serial-mismatch', 4],
    ['root-ca-missing', 4],
    ['code-rejected', 5],
    ['mtls-refused', 5],
    ['storage-unavailable', 6],
    ['export-folder-exists', 6],
    ['manager-needed', 8],
    ['pin-wrong', 8],
    ['not-found', 9],
    ['device-in-use', 10],
    ['bridge-port-in-use', 10],
    ['address-invalid', 2],
    ['code-length', 2],
    ['internal', 1],
    ['cancelled', 130],
  ] as const)('%s ends with %i', (code, exit) => {
    expect(EXITS[exitOf(code)].code).toBe(exit);
  });

  it('differ', () => {
    const codes = Object.values(EXITS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('what comes from elsewhere', () => {
  async function* pieces(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }
  const noFd = async () => {
    throw new Error('closed');
  };

  it('is one line each, the PIN first, in whatever pieces it comes', async () => {
    const invocation = invocationOf(...PAIR, '--pin-stdin');
    const inputs = await readInputs(invocation, {
      stdin: pieces('295', '713\r\n8QW1', 'YS1D\n'),
      readFd: noFd,
    });
    expect(inputs.secrets).toEqual({ pin: '295713', code: '8QW1YS1D' });
  });

  it('does not wait for the end of standard input once it has what it needs', async () => {
    async function* endless() {
      yield Buffer.from('8QW1YS1D\n');
      await new Promise(() => {});
    }
    const inputs = await readInputs(invocationOf(...PAIR), { stdin: endless(), readFd: noFd });
    expect(inputs.secrets.code).toBe('8QW1YS1D');
  });

  it('comes from file descriptors', async () => {
    const invocation = invocationOf(...PAIR.slice(0, -1), '--code-fd=5', '--pin-fd=6');
    const inputs = await readInputs(invocation, {
      stdin: pieces(),
      readFd: async (fd) => Buffer.from(fd === 5 ? '8QW1YS1D\n' : '295713'),
    });
    expect(inputs.secrets).toEqual({ pin: '295713', code: '8QW1YS1D' });
  });

  it('leaves the certificates behind the PIN', async () => {
    const inputs = await readInputs(invocationOf('trust-root', '-', '--pin-stdin'), {
      stdin: pieces('295713\n-----BEGIN', '-----\nx\n'),
      readFd: noFd,
    });
    expect(inputs).toEqual({ secrets: { pin: '295713' }, rest: '-----BEGIN-----\nx\n' });
  });

  it.each([
    ['nothing', [''], 'Nothing'],
    ['too much', ['x'.repeat(400 * 1024)], 'too long'],
    ['a secret that is too long', [`${'x'.repeat(5000)}\n`], 'too long'],
  ])('is refused when it is %s', async (_what, texts, message) => {
    const reading = readInputs(invocationOf(...PAIR), { stdin: pieces(...texts), readFd: noFd });
    await expect(reading).rejects.toThrow(message);
  });

  it('is refused from a descriptor that cannot be read', async () => {
    const invocation = invocationOf(...PAIR.slice(0, -1), '--code-fd=9');
    await expect(readInputs(invocation, { stdin: pieces(), readFd: noFd })).rejects.toThrow('cannot be read');
  });
});

describe('the signature for the REST service', () => {
  const account = {
    host: 'api.example.com',
    merchantId: 'merchant-1',
    keyId: 'key-1',
    sharedSecret: 'c2VjcmV0',
  };

  it('is what another tool makes of the same lines', () => {
    const headers = signedHeaders(account, Date.parse('2026-03-01T12:00:00Z'));
    expect(headers['date']).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
    // printf 'host: …\ndate: …\nrequest-target: get …\nv-c-merchant-id: …' | openssl dgst -sha256 -hmac secret -binary | base64
    expect(headers['signature']).toBe(
      'keyid="key-1", algorithm="HmacSHA256", headers="host date request-target v-c-merchant-id", signature="TbfHSndVmN/eYhzuLnFmXZ7mT2uYbrFBSVFMrklcS4w="',
    );
  });

  it.each([
    { host: 'https://api.example.com' },
    { host: 'api.example.com/x' },
    { host: 'a b' },
    { merchantId: 'x"y' },
    { keyId: 'a\r\nb: c' },
    { sharedSecret: 'not base64!' },
  ])('takes no %o', (change) => {
    expect(() => signedHeaders({ ...account, ...change }, 0)).toThrow(CliError);
  });
});

describe('the program’s own arguments', () => {
  const app = process.cwd();

  it.each([
    [
      ['pos-pairing', 'status', '--json'],
      ['status', '--json'],
    ],
    [['pos-pairing', '--ozone-platform=headless', '--password-store=basic', 'check'], ['check']],
    [['pos-pairing', '--user-data-dir', 'data', 'check'], ['check']],
    [['pos-pairing', '--help'], ['--help']],
    [['pos-pairing', 'unknown'], ['unknown']],
    [['pos-pairing'], undefined],
    [['pos-pairing', '--hidden'], undefined],
    [['pos-pairing', '-psn_0_12345'], undefined],
    [['pos-pairing', '/home/somebody/file.pem'], undefined],
  ])('of an installed app, %j, hold the command %j', (argv, words) => {
    expect(commandWords(argv, undefined)).toEqual(words);
  });

  it('of a development build hold it behind the app’s path', () => {
    const flags = ['electron', '-r', 'keyring.cjs', '--no-sandbox'];
    expect(commandWords([...flags, '.', '--search-range=127.0.0.1/32', 'find'], app)).toEqual(['find']);
    expect(commandWords([...flags, app, '--offer-address', 'x'], app)).toBeUndefined();
    expect(commandWords([...flags, 'status'], app)).toBeUndefined();
  });
});
