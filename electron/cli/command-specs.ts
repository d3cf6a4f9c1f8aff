/** What is secret on a command line: it comes from standard input or a file descriptor, never in an argument. */
export const SECRETS = {
  pin: 'the manager PIN',
  code: 'the code on the device’s screen',
  password: 'the password of the files, at least 12 characters',
  token: 'the token of the till, 32 to 128 characters of A-Z a-z 0-9 - _',
  secret: 'the shared secret of the REST key, in base64',
} as const satisfies Record<string, string>;
export type SecretName = keyof typeof SECRETS;
export const SECRET_NAMES = Object.keys(SECRETS) as [SecretName, ...SecretName[]];

interface OptionSpec {
  /** What the value is called in the help; left out: a switch. */
  readonly value?: string;
  readonly required?: true;
  readonly many?: true;
  readonly help: string;
}

export interface CommandSpec {
  readonly summary: string;
  /** What stands behind the command, without a `--`. */
  readonly operand?: { readonly name: string; readonly help: string };
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Read in this order, one line each. */
  readonly secrets: Partial<Readonly<Record<SecretName, 'required' | 'optional'>>>;
  readonly notes?: readonly string[];
}

const WHICH = {
  'pos-id': { value: 'ID', help: 'The POS ID the register was paired with.' },
  serial: { value: 'SERIAL', help: 'The device’s serial number, where the POS ID alone names several.' },
  id: { value: 'UUID', help: 'The pairing’s own id, as `status --json` gives it.' },
} as const satisfies Record<string, OptionSpec>;

const GUARDED = { pin: 'optional' } as const;

export const COMMAND_SPECS = {
  pair: {
    summary: 'Pairs this register with a device, or makes an existing pairing with it anew.',
    options: {
      address: {
        value: 'ADDRESS',
        required: true,
        help: 'Of the device: host, host:port, https://… or wss://…',
      },
      'pos-id': { value: 'ID', required: true, help: 'What the device is to know this register by.' },
      serial: {
        value: 'SERIAL',
        required: true,
        help: 'The device’s serial number: no other device is paired, and nobody is asked.',
      },
      transport: { value: 'wss|https', help: 'How the code is sent; wss unless the address says otherwise.' },
      'wait-for-device': {
        value: 'DURATION',
        help: 'How long to wait for Connect Device, such as 90s or 15m (the most). Without it, not at all.',
      },
    },
    secrets: { ...GUARDED, code: 'required' },
    notes: ['A pairing that waits for the device (exit code 7) is complete: `check` proves it later.'],
  },
  status: {
    summary: 'Lists the pairings and what is known of them, without asking a device.',
    options: {},
    secrets: {},
    notes: ['The state is `unknown` while nothing has checked the device since the program was started.'],
  },
  check: {
    summary: 'Checks the connection of one pairing, or of all.',
    options: {
      ...WHICH,
      full: { help: 'The whole proof. It takes the device’s channel for a moment: not during a payment.' },
    },
    secrets: {},
  },
  doctor: {
    summary: 'Makes the checks a technician would make.',
    options: {
      ...WHICH,
      address: { value: 'ADDRESS', help: 'Of a device that is not paired yet, instead of a pairing.' },
      'take-channel': { help: 'Takes the channel for a second also where the POS software may have it.' },
    },
    secrets: {},
  },
  find: {
    summary: 'Searches this computer’s networks for devices of a trusted Root CA.',
    options: {
      port: { value: 'PORT', help: 'Of the devices; 8443 unless given.' },
      range: { value: 'CIDR', many: true, help: 'Only this network of the computer; can be repeated.' },
    },
    secrets: {},
  },
  export: {
    summary: 'Writes a connection kit for POS software: keys, certificates, samples.',
    options: {
      ...WHICH,
      format: { value: 'p12|p12-legacy|pem', required: true, help: 'What the key is carried in.' },
      out: { value: 'DIR', required: true, help: 'The folder to make; it must not exist yet.' },
    },
    secrets: { ...GUARDED, password: 'required' },
  },
  bridge: {
    summary: 'Carries a till’s messages to the device over 127.0.0.1, until it is ended.',
    options: {
      ...WHICH,
      port: { value: 'PORT', help: '1024 to 65535; any free one unless given.' },
      origin: { value: 'ORIGIN', many: true, help: 'Of a web page that may connect; can be repeated.' },
      'limit-kib': { value: 'KIB', help: 'The largest message in KiB; 1024 unless given.' },
    },
    secrets: { ...GUARDED, token: 'required' },
    notes: [
      'Nothing of it is kept: the bridge switched on in the window is another one.',
      'With --json each event is one line; the first is {"event":"listening","port":N}.',
    ],
  },
  rename: {
    summary: 'Gives a pairing a friendly name.',
    options: { ...WHICH, name: { value: 'NAME', required: true, help: 'The name; "" takes it away.' } },
    secrets: GUARDED,
  },
  move: {
    summary: 'Looks for the device of a pairing at another address from now on, and checks it there.',
    options: { ...WHICH, address: { value: 'ADDRESS', required: true, help: 'The new one.' } },
    secrets: GUARDED,
  },
  remove: {
    summary: 'Removes a pairing and its keys from this computer.',
    options: { ...WHICH },
    secrets: GUARDED,
  },
  'trust-root': {
    summary: 'Trusts the Root CAs in a file, or those the vendor’s REST service gives.',
    operand: { name: 'FILE', help: 'The certificates in PEM or DER; - reads PEM from standard input.' },
    options: {
      'expect-fingerprint': {
        value: 'SHA256',
        many: true,
        help: 'Refuses any Root CA with another SHA-256 fingerprint (hex, colons or not); can be repeated.',
      },
      'from-api': { value: 'HOST', help: 'The REST service’s host, instead of a file.' },
      merchant: { value: 'ID', help: 'The merchant ID, for --from-api.' },
      'key-id': { value: 'ID', help: 'The id of the REST shared secret key, for --from-api.' },
    },
    secrets: { ...GUARDED, secret: 'optional' },
    notes: [
      'The shared secret signs this one request and is not kept.',
      'With FILE - the PIN is the first line and the certificates follow it.',
    ],
  },
  history: {
    summary: 'Prints what happened, newest first.',
    options: {},
    secrets: GUARDED,
  },
  'policy check': {
    summary: 'Judges a managed policy before it is rolled out.',
    operand: { name: 'FILE', help: 'The policy, in JSON.' },
    options: {},
    secrets: {},
    notes: ['Who may write the file is judged only where it is in its place already.'],
  },
  'policy hash-pin': {
    summary: 'Prints the hash of a new manager PIN, for a managed policy. Nothing is stored.',
    options: {},
    secrets: { pin: 'required' },
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMAND_SPECS;
export const COMMAND_NAMES = Object.keys(COMMAND_SPECS) as [CommandName, ...CommandName[]];

export const specOf = (name: CommandName): CommandSpec => COMMAND_SPECS[name];

/** Of every command. */
export const COMMON_OPTIONS = {
  json: { help: 'Prints one JSON document, for programs.' },
  'user-data-dir': { value: 'DIR', help: 'The data folder, as for the app.' },
  help: { help: 'Explains the command.' },
} as const satisfies Record<string, OptionSpec>;
