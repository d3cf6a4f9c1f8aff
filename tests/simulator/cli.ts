import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STRANGER_ANSWER_NAMES } from './alert-gate.ts';
import { ANSWER_FORMAT_NAMES, ANSWER_FORMATS, isAnswerFormat } from './answers.ts';
import { DEFAULT_BEHAVIOUR } from './behaviour.ts';
import {
  createVendorPki,
  type DeviceEvent,
  type DeviceState,
  SECOND_CHANNEL_POLICY_NAMES,
  type ServerState,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  startSimulatedDevice,
  type VendorEnvironment,
} from './device.ts';
import { FAULT_NAMES, FAULTS, isFault } from './faults.ts';
import { STATE_NOT_ACTIVATED, STATE_NOT_CONNECTED, STATE_PAIRED } from './screen.ts';

const ROOT_CA_FILE = 'simulated-root-ca.pem';
const STATE_FILE = 'simulated-device.json';
const COMMANDS = {
  c: 'taps Close on "POS Activation Successful"',
  d: 'opens Device Status and taps Connect Device',
  g: 'opens POS Setup → Generate Code',
  code: 'shows a new code, as when its time is up',
  activate: 'activates the device',
  'approve, decline': 'decides the payment that waits',
  'fault NAME': 'misbehaves in another way',
  'answer NAME': 'answers in another form',
  drop: 'cuts all connections',
  restart: 'restarts the device',
  quit: 'ends it',
} as const;
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const OWNER_ONLY = 0o600;

const HELP = `Simulated payment device in Local mode: HTTPS and WSS on one port, mutual TLS.
Its defaults are the likeliest real device.

  npm run simulator -- [options]

The device
  --port NUMBER            8443 by default; 0 takes any free port
  --host ADDRESS           a loopback address, 127.0.0.1 by default
  --serial NUMBER          terminal serial number, 1850012345 by default
  --brand LABEL            middle label of its name SERIAL.LABEL.seclib.io, cybs by default
  --environment NAME       live (default) or test: the vendor has a Root CA for each
  --not-activated          shows a factory certificate and cannot pair until "activate"
  --root-ca FILE           where to write the Root CA certificate
  --state DIRECTORY        keeps keys and paired POS IDs across restarts

Pairing
  --code-lifetime SECONDS  300 by default
  --answer NAME            the form of the credentials, see below
  --delivers NAME          CA certificates in the answer: chain (default), issuer-only, none
  --client-issuer NAME     above the intermediate: vendor-root (default) or device-ca
  --knows-intermediate     lets a POS in that does not present the intermediate along
  --pos-id-policy NAME     replace (default) or reject
  --clock-ahead SECONDS    certificates it issues become valid only then, 0 by default
  --demands-client-cert    refuses TLS without a client certificate until Generate Code is tapped
  --tls NAME               both (default), 1.2 or 1.3

After the pairing
  --after-pairing NAME     away (default): its server is away until Close and Connect Device; or stays
  --connects-by-itself     taps Close and Connect Device itself
  --start-up SECONDS       connections are cut so long after Connect Device, 7 by default
  --start-up-cut NAME      after-accept (default), after-handshake, after-upgrade
  --strangers NAME         how it refuses client certificates: ${STRANGER_ANSWER_NAMES.slice(0, 4).join(', ')},
                           ${STRANGER_ANSWER_NAMES.slice(4).join(', ')}
                           (default: ${DEFAULT_BEHAVIOUR.strangers})

The channel
  --second-channel NAME    what happens to a second channel while one is open, ${DEFAULT_BEHAVIOUR.secondChannel} by default:
                           ${SECOND_CHANNEL_POLICY_NAMES.slice(0, 4).join(', ')},
                           ${SECOND_CHANNEL_POLICY_NAMES.slice(4, 9).join(', ')},
                           ${SECOND_CHANNEL_POLICY_NAMES.slice(9).join(', ')}
  --old-status             answers StatusRequest with an ErrorResponse, as older apps
  --payment NAME           approved (default), declined, or undecided: until "approve", "decline" or
                           the POS's CancelRequest
  --step SECONDS           between the messages of an operation, 1 by default

  --fault NAME             a way to misbehave, see below
  --json                   one JSON object per line instead of text
  --help

While it runs, type and press Enter:
${listing(COMMANDS)}

Faults:
${listing(FAULTS)}

Answers:
${listing(ANSWER_FORMATS)}
`;

/** A mistake of the user's, to be told without a stack trace. */
class UsageError extends Error {}

interface Settings {
  readonly options: SimulatedDeviceOptions;
  readonly json: boolean;
  readonly rootCaFile: string | null;
  readonly stateDirectory: string | null;
  readonly environment: VendorEnvironment;
}

function listing(entries: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join('\n');
}

function readSettings(args: string[]): Settings | null {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '8443' },
      host: { type: 'string', default: '127.0.0.1' },
      serial: { type: 'string' },
      brand: { type: 'string' },
      environment: { type: 'string', default: 'live' },
      'not-activated': { type: 'boolean', default: false },
      'root-ca': { type: 'string' },
      state: { type: 'string' },
      'code-lifetime': { type: 'string', default: '300' },
      answer: { type: 'string', default: DEFAULT_BEHAVIOUR.answerFormat },
      delivers: { type: 'string', default: DEFAULT_BEHAVIOUR.delivers },
      'client-issuer': { type: 'string', default: DEFAULT_BEHAVIOUR.clientIssuer },
      'knows-intermediate': { type: 'boolean', default: false },
      'pos-id-policy': { type: 'string', default: DEFAULT_BEHAVIOUR.posIdPolicy },
      'clock-ahead': { type: 'string', default: '0' },
      'demands-client-cert': { type: 'boolean', default: false },
      tls: { type: 'string', default: 'both' },
      'after-pairing': { type: 'string', default: 'away' },
      'connects-by-itself': { type: 'boolean', default: false },
      'start-up': { type: 'string', default: '7' },
      'start-up-cut': { type: 'string', default: DEFAULT_BEHAVIOUR.startUpCut },
      strangers: { type: 'string', default: DEFAULT_BEHAVIOUR.strangers },
      'second-channel': { type: 'string', default: DEFAULT_BEHAVIOUR.secondChannel },
      'old-status': { type: 'boolean', default: false },
      payment: { type: 'string', default: DEFAULT_BEHAVIOUR.payment },
      step: { type: 'string', default: '1' },
      fault: { type: 'string', default: 'none' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { fault, serial, brand } = values;
  if (!isFault(fault)) throw new UsageError(`Unknown fault "${fault}". Known: ${FAULT_NAMES.join(', ')}`);
  if (brand !== undefined && !/^[a-z0-9-]{1,63}$/.test(brand))
    throw new UsageError(`--brand takes one DNS label in lower case, not "${brand}".`);
  const tls = oneOf('tls', values.tls, ['both', '1.2', '1.3']);
  const afterPairing = oneOf('after-pairing', values['after-pairing'], ['away', 'stays']);
  return {
    json: values.json,
    rootCaFile: outsideRepository(values['root-ca']),
    stateDirectory: outsideRepository(values.state),
    environment: oneOf('environment', values.environment, ['live', 'test']),
    options: {
      host: values.host,
      port: integer('port', values.port, 0, 65_535),
      ...(serial !== undefined && { serial }),
      ...(brand !== undefined && { brand }),
      fault,
      activated: !values['not-activated'],
      codeLifetimeMs: seconds('code-lifetime', values['code-lifetime'], 1),
      answerFormat: oneOf('answer', values.answer, ANSWER_FORMAT_NAMES),
      delivers: oneOf('delivers', values.delivers, ['chain', 'issuer-only', 'none']),
      clientIssuer: oneOf('client-issuer', values['client-issuer'], ['vendor-root', 'device-ca']),
      knowsIntermediate: values['knows-intermediate'],
      posIdPolicy: oneOf('pos-id-policy', values['pos-id-policy'], ['replace', 'reject']),
      clockAheadMs: seconds('clock-ahead', values['clock-ahead'], 0),
      demandsClientCertificate: values['demands-client-cert'],
      tls: tls === 'both' ? tls : `TLSv${tls}`,
      afterPairing: afterPairing === 'away' ? 'away-until-connected' : afterPairing,
      connectsByItself: values['connects-by-itself'],
      startUpMs: seconds('start-up', values['start-up'], 0),
      startUpCut: oneOf('start-up-cut', values['start-up-cut'], [
        'after-accept',
        'after-handshake',
        'after-upgrade',
      ]),
      strangers: oneOf('strangers', values.strangers, STRANGER_ANSWER_NAMES),
      secondChannel: oneOf('second-channel', values['second-channel'], SECOND_CHANNEL_POLICY_NAMES),
      statusRequest: values['old-status'] ? 'error-response' : 'status',
      payment: oneOf('payment', values.payment, ['approved', 'declined', 'undecided']),
      operationStepMs: seconds('step', values.step, 0),
      newCodeAfterPairing: true,
    },
  };
}

/** In milliseconds. */
function seconds(name: string, text: string, least: number): number {
  return integer(name, text, least, 86_400) * 1000;
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not "${text}".`);
  return value;
}

function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new UsageError(`--${name} takes ${known.join(', ')}, not "${text}".`);
  return found;
}

/** Keys and certificates of a simulation have no place among the sources. */
function outsideRepository(path: string | undefined): string | null {
  if (path === undefined) return null;
  const absolute = resolve(path);
  const within = relative(REPOSITORY, absolute);
  if (!within.startsWith('..') && !isAbsolute(within))
    throw new UsageError(`${absolute} lies in the repository. Choose a place outside it.`);
  return absolute;
}

async function run({ options, json, rootCaFile, stateDirectory, environment }: Settings): Promise<void> {
  const print = (entry: Readonly<Record<string, unknown>>, text: string): void =>
    console.log(json ? JSON.stringify(entry) : text);

  const early: DeviceEvent[] = [];
  let report = (event: DeviceEvent): void => void early.push(event);
  const state = stateDirectory ? loadState(stateDirectory) : undefined;
  if (state && options.serial !== undefined && options.serial !== state.serial)
    throw new UsageError(`${stateDirectory} belongs to the device ${state.serial}, not ${options.serial}.`);
  const device = await startSimulatedDevice({
    ...options,
    ...(state ? { state } : { pki: await createVendorPki(environment) }),
    onEvent: (event) => report(event),
  });

  const temporary =
    rootCaFile || stateDirectory ? null : mkdtempSync(join(tmpdir(), 'pos-pairing-simulator-'));
  const caFile = rootCaFile ?? join(stateDirectory ?? temporary ?? tmpdir(), ROOT_CA_FILE);
  mkdirSync(dirname(caFile), { recursive: true });
  writeFileSync(caFile, device.rootCaPem);

  const { https, wss } = device.addresses;
  print(
    { type: 'ready', ...device.addresses, serial: device.serial, rootCa: caFile, fault: device.fault },
    [
      `Address:  ${https} OR ${wss}`,
      `Serial:   ${device.serial}`,
      `Root CA:  ${caFile}`,
      `Fault:    ${device.fault} (${FAULTS[device.fault]})`,
    ].join('\n'),
  );
  report = (event) => {
    print(event, textOf(event));
    if (stateDirectory && (event.type === 'paired' || event.type === 'certificate-revoked'))
      void saveState(device, stateDirectory);
  };
  for (const event of early) report(event);
  if (stateDirectory) await saveState(device, stateDirectory);

  const commands = createInterface({ input: process.stdin });
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    commands.close();
    // A terminal or pipe on standard input would otherwise keep the process alive.
    process.stdin.destroy();
    await device.stop();
    if (stateDirectory) await saveState(device, stateDirectory);
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  obey(commands, device, stop, print);
}

function obey(
  commands: Interface,
  device: SimulatedDevice,
  stop: () => Promise<void>,
  print: (entry: Readonly<Record<string, unknown>>, text: string) => void,
): void {
  commands.on('line', (line) => {
    const [command = '', argument = ''] = line.trim().split(/\s+/);
    const tap = (action: () => unknown): void => {
      // A button that is not on the screen; or, later, a port that somebody else took meanwhile.
      const tell = (error: unknown): void => {
        const text = error instanceof Error ? error.message : String(error);
        print({ type: 'not-possible', text }, text);
      };
      void Promise.resolve().then(action).catch(tell);
    };
    if (command === 'c') tap(() => device.tapClose());
    else if (command === 'd') tap(() => device.tapConnectDevice());
    else if (command === 'g') tap(() => device.tapGenerateCode());
    else if (command === 'activate') device.configure({ activated: true });
    else if (command === 'approve') tap(() => device.finishPayment('approved'));
    else if (command === 'decline') tap(() => device.finishPayment('declined'));
    else if (command === 'code') device.rotateCode();
    else if (command === 'drop') device.dropConnections();
    else if (command === 'quit') void stop();
    else if (command === 'restart')
      void device.restart().then(() => print({ type: 'restarted' }, 'Restarted.'));
    else if (command === 'fault' && isFault(argument)) {
      device.setFault(argument);
      print({ type: 'fault', fault: argument }, `Fault:    ${argument} (${FAULTS[argument]})`);
    } else if (command === 'answer' && isAnswerFormat(argument)) {
      device.configure({ answerFormat: argument });
      print({ type: 'answer', answer: argument }, `Answer:   ${argument} (${ANSWER_FORMATS[argument]})`);
    } else if (command)
      print({ type: 'unknown-command', command: line.trim() }, `Type and press Enter:\n${listing(COMMANDS)}`);
  });
}

const SCREEN_HINTS: Readonly<Record<string, string>> = {
  [STATE_PAIRED]: '  (c: Close)',
  [STATE_NOT_CONNECTED]: '  (d: Connect Device)',
  [STATE_NOT_ACTIVATED]: '  (activate)',
};

const SERVER_STATES: Readonly<Record<ServerState, string>> = {
  listening: 'listening',
  starting: 'starting up, cuts connections',
  away: 'away, refuses connections',
  stopped: 'stopped',
};

function textOf(event: DeviceEvent): string {
  switch (event.type) {
    case 'code':
      return `Code:     ${event.code} (until ${new Date(event.expiresAt).toLocaleTimeString()})`;
    case 'screen':
      return `Screen:   ${event.text}${SCREEN_HINTS[event.text] ?? ''}`;
    case 'server':
      return `Server:   ${SERVER_STATES[event.state]}`;
    case 'operation':
      return `${event.operation} ${event.id ?? ''}: ${event.state}`;
    case 'paired':
      return `Paired POS ID ${event.posId}`;
    case 'pairing-refused':
      return `Pairing refused for POS ID ${event.posId ?? '?'}: ${event.reason}`;
    case 'connection-refused':
      return `Connection refused: client certificate ${event.reason}`;
    case 'certificate-revoked':
      return `Earlier certificate of POS ID ${event.posId} revoked`;
    case 'channel-opened':
      return `Channel opened by POS ID ${event.posId}`;
    case 'channel-closed':
      return `Channel closed by POS ID ${event.posId}`;
  }
}

function loadState(directory: string): DeviceState | undefined {
  const file = join(directory, STATE_FILE);
  if (!existsSync(file)) return undefined;
  // Its own earlier output, in a directory the user named: a damaged file shows when its keys are read.
  const state: DeviceState = JSON.parse(readFileSync(file, 'utf8'));
  return state;
}

async function saveState(device: SimulatedDevice, directory: string): Promise<void> {
  const state = await device.exportState();
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`, { mode: OWNER_ONLY });
}

function explain(error: unknown, settings: Settings | null): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  const port = settings?.options.port;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Choose another with --port, or 0 for any.`;
  if (code === 'EACCES') return `Port ${port} needs administrator rights. Choose one above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `This computer has no address ${settings?.options.host}.`;
  return error.message;
}

let settings: Settings | null = null;
try {
  settings = readSettings(process.argv.slice(2));
  if (settings) await run(settings);
  else console.log(HELP);
} catch (error) {
  console.error(explain(error, settings));
  process.exitCode = 1;
}
