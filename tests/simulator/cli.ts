import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ANSWER_FORMAT_NAMES, ANSWER_FORMATS, isAnswerFormat } from './answers.ts';
import {
  type DeviceEvent,
  type DeviceState,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  startSimulatedDevice,
} from './device.ts';
import { FAULT_NAMES, FAULTS, isFault } from './faults.ts';

const ROOT_CA_FILE = 'simulated-root-ca.pem';
const STATE_FILE = 'simulated-device.json';
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const OWNER_ONLY = 0o600;

const HELP = `Simulated payment device in Local mode: HTTPS and WSS on one port, mutual TLS.

  npm run simulator -- [options]

  --port NUMBER            8443 by default; 0 takes any free port
  --host ADDRESS           a loopback address, 127.0.0.1 by default
  --serial NUMBER          terminal serial number, 1850012345 by default
  --fault NAME             a way to misbehave, see below
  --answer NAME            the form of the credentials, see below
  --code-lifetime SECONDS  300 by default
  --client-issuer NAME     device-ca (default) or vendor-root
  --pos-id-policy NAME     replace (default) or reject
  --root-ca FILE           where to write the Root CA certificate
  --state DIRECTORY        keeps keys and paired POS IDs across restarts
  --json                   one JSON object per line instead of text
  --help

While it runs: "code" shows a new code, "fault NAME" and "answer NAME" change its behaviour, "restart"
restarts it, "drop" cuts its connections, "quit" ends it.

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
      fault: { type: 'string', default: 'none' },
      answer: { type: 'string', default: 'pem' },
      'code-lifetime': { type: 'string', default: '300' },
      'client-issuer': { type: 'string', default: 'device-ca' },
      'pos-id-policy': { type: 'string', default: 'replace' },
      'root-ca': { type: 'string' },
      state: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { fault, answer, serial } = values;
  if (!isFault(fault)) throw new UsageError(`Unknown fault "${fault}". Known: ${FAULT_NAMES.join(', ')}`);
  if (!isAnswerFormat(answer))
    throw new UsageError(`Unknown answer "${answer}". Known: ${ANSWER_FORMAT_NAMES.join(', ')}`);
  const clientIssuer = oneOf('client-issuer', values['client-issuer'], ['device-ca', 'vendor-root']);
  const posIdPolicy = oneOf('pos-id-policy', values['pos-id-policy'], ['replace', 'reject']);
  return {
    json: values.json,
    rootCaFile: outsideRepository(values['root-ca']),
    stateDirectory: outsideRepository(values.state),
    options: {
      host: values.host,
      port: integer('port', values.port, 0, 65_535),
      ...(serial !== undefined && { serial }),
      fault,
      answerFormat: answer,
      clientIssuer,
      posIdPolicy,
      codeLifetimeMs: integer('code-lifetime', values['code-lifetime'], 1, 86_400) * 1000,
      newCodeAfterPairing: true,
    },
  };
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not "${text}".`);
  return value;
}

function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new UsageError(`--${name} takes ${known.join(' or ')}, not "${text}".`);
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

async function run({ options, json, rootCaFile, stateDirectory }: Settings): Promise<void> {
  const print = (entry: Readonly<Record<string, unknown>>, text: string): void =>
    console.log(json ? JSON.stringify(entry) : text);

  const early: DeviceEvent[] = [];
  let report = (event: DeviceEvent): void => void early.push(event);
  const state = stateDirectory ? loadState(stateDirectory) : undefined;
  if (state && options.serial !== undefined && options.serial !== state.serial)
    throw new UsageError(`${stateDirectory} belongs to the device ${state.serial}, not ${options.serial}.`);
  const device = await startSimulatedDevice({
    ...options,
    ...(state && { state }),
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
    if (command === 'code') device.rotateCode();
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
      print(
        { type: 'unknown-command', command: line.trim() },
        'Commands: code, fault NAME, answer NAME, restart, drop, quit',
      );
  });
}

function textOf(event: DeviceEvent): string {
  switch (event.type) {
    case 'code':
      return `Code:     ${event.code} (until ${new Date(event.expiresAt).toLocaleTimeString()})`;
    case 'paired':
      return `${event.message} for POS ID ${event.posId}`;
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
