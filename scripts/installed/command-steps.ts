import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { did, ends, refuses, type Typed } from './command.ts';
import { check, endProgram, type Place, POS_ID, type Steps, USER } from './place.ts';

const HOME = `/home/${USER}`;
const PASSWORD = 'correct-horse-battery';
const NO_DISPLAY: Typed = { display: false };
const OF_PAIRING = `--pos-id=${POS_ID}`;

/** One pairing with the device, in this state. */
async function statusIs(
  place: Place,
  { posId, state }: { readonly posId: string; readonly state: string },
  args: readonly string[] = [],
  typed?: Typed,
): Promise<void> {
  const { document, err } = await did(place, 'status', args, typed);
  const told = document.map((each) => [each.posId, each.serial, each.address, each.state].join());
  const wanted = [posId, place.device.serial, `127.0.0.1:${place.device.port}`, state].join();
  check('There is the pairing', told.join(';') === wanted, told.join(';'));
  check('Its last check was whole', document[0]?.lastCheck?.result === 'mtls', JSON.stringify(document));
  check('Its certificate has an end', Date.parse(document[0]?.validTo ?? '') > Date.now());
  check('Nothing is complained of', err === '', err);
}

/** A kit whose keys the password opens, and which nobody else may read. */
async function exports(
  place: Place,
  folder: string,
  { args = [], ...typed }: Typed & { readonly args?: readonly string[] } = {},
): Promise<void> {
  const { root } = place;
  const { document } = await did(
    place,
    'export',
    [OF_PAIRING, '--format=p12', `--out=${folder}`, '--password-stdin', ...args],
    { ...typed, input: `${PASSWORD}\n` },
  );
  check('It says where the files are', document.folder === folder, document.folder);
  check('They are for this user only', root.run(['find', folder, '-perm', '/077']) === '');
  const keys = Buffer.from(root.run(['base64', `${folder}/pos.p12`], USER), 'base64');
  const opened = (password: string) =>
    spawnSync('openssl', ['pkcs12', '-nodes', '-passin', `pass:${password}`], { input: keys });
  check('The password opens the keys', opened(PASSWORD).stdout.includes('BEGIN PRIVATE KEY'));
  check('No other one does', opened(`${PASSWORD}x`).status !== 0);
}

/** The way from the first run to the status, by commands alone: a register of its own beside that of the window. */
async function byCommandsAlone(place: Place): Promise<void> {
  const { device, root } = place;
  const data = `--user-data-dir=${HOME}/by-commands`;
  const posId = 'Till 8';
  const { document: none } = await did(place, 'status', [data], NO_DISPLAY);
  check('Nothing is paired at first', none.length === 0);
  const pairing = ['pair', `--address=${device.addresses.https}`, `--pos-id=${posId}`];
  const known = [`--serial=${device.serial}`, '--code-stdin', data];
  device.rotateCode();
  const code = (text: string): Typed => ({ ...NO_DISPLAY, input: `${text}\n` });
  await refuses(place, 'untrusted', 'root-ca-missing', [...pairing, ...known], code(device.code));
  const fingerprint = new X509Certificate(device.rootCaPem).fingerprint256;
  const trust = ['trust-root', '-', data];
  const file: Typed = { ...NO_DISPLAY, input: device.rootCaPem };
  await refuses(
    place,
    'untrusted',
    'fingerprint-mismatch',
    [...trust, '--expect-fingerprint', '00'.repeat(32)],
    file,
  );
  const trusted = await did(
    place,
    'trust-root',
    [...trust.slice(1), '--expect-fingerprint', fingerprint],
    file,
  );
  check('The fingerprint is told', trusted.document.rootCas[0]?.fingerprint === fingerprint);
  await refuses(place, 'usage', 'usage', [
    ...pairing,
    `--serial=${device.serial}`,
    `--code=${device.code}`,
    data,
  ]);
  await refuses(place, 'usage', 'usage', [...pairing, '--code-stdin', data], code(device.code));
  const { document: paired } = await did(place, 'pair', [...pairing.slice(1), ...known], code(device.code));
  check('It is proved', paired.outcome === 'paired' && paired.state === 'connected', JSON.stringify(paired));
  check('The device has paired', device.paired.has(posId));
  const [command, ...args] = root.command(
    ['grep', '-rl', '-e', device.code, '-e', 'PRIVATE KEY', `${HOME}/by-commands`],
    USER,
  );
  check('Neither code nor key is readable', spawnSync(command, args).stdout.length === 0);
  const out = `${HOME}/kit-by-commands`;
  await refuses(
    place,
    'missing',
    'no-such-pairing',
    ['export', OF_PAIRING, '--format=p12', `--out=${out}`, '--password-stdin', data],
    { ...NO_DISPLAY, input: `${PASSWORD}\n` },
  );
  await did(
    place,
    'export',
    [`--pos-id=${posId}`, '--format=p12', `--out=${out}`, '--password-stdin', data],
    { ...NO_DISPLAY, input: `${PASSWORD}\n` },
  );
  check('The keys are there', root.succeeds(['test', '-s', `${out}/pos.p12`], USER));
  await statusIs(place, { posId, state: 'unknown' }, [data], NO_DISPLAY);
  await did(place, 'remove', [`--pos-id=${posId}`, data], NO_DISPLAY);
}

/** While the window is open, after it was paired there. */
export const COMMANDS_BESIDE_THE_WINDOW: Steps = {
  'answers commands while its window is open': async (place) => {
    // What only the running program knows: by itself a command has checked nothing.
    await statusIs(place, { posId: POS_ID, state: 'connected' });
    await statusIs(place, { posId: POS_ID, state: 'connected' }, [], NO_DISPLAY);
    const { document: checked } = await did(place, 'check', [OF_PAIRING]);
    check('The device has answered', checked[0]?.lastCheck?.result === 'mtls', JSON.stringify(checked));
    const { document: examined } = await did(place, 'doctor', [OF_PAIRING, '--take-channel']);
    check('It is well', ['ok', 'warning'].includes(examined.result), JSON.stringify(examined));
    await refuses(place, 'missing', 'no-such-pairing', ['check', '--pos-id=Till 99']);
    await refuses(place, 'usage', 'usage', ['status', '--unheard-of']);
    await refuses(
      place,
      'usage',
      'export-password-short',
      ['export', OF_PAIRING, '--format=p12', `--out=${HOME}/kit-short`, '--password-stdin'],
      { input: 'short\n' },
    );
    await exports(place, `${HOME}/kit-beside`);
    const { document: history } = await did(place, 'history', []);
    check('It is in the history', history[0]?.kind === 'exported', JSON.stringify(history[0]));
  },
};

/** Leaves the window closed. */
export const COMMANDS_ALONE: Steps = {
  'obeys commands with its window closed and without a display': async (place) => {
    await endProgram(place);
    const { device } = place;
    await statusIs(place, { posId: POS_ID, state: 'unknown' }, [], NO_DISPLAY);
    const { document: checked } = await did(place, 'check', [OF_PAIRING], NO_DISPLAY);
    check('The device has answered', checked[0]?.state === 'connected', JSON.stringify(checked));
    const { document: whole } = await did(place, 'check', [OF_PAIRING, '--full'], NO_DISPLAY);
    check('The whole proof succeeds', whole[0]?.lastCheck?.result === 'mtls', JSON.stringify(whole));
    const { document: examined } = await did(place, 'doctor', [OF_PAIRING], NO_DISPLAY);
    check('It is well', ['ok', 'warning'].includes(examined.result), JSON.stringify(examined));
    await exports(place, `${HOME}/kit-alone`, NO_DISPLAY);
    await device.stop();
    const [away] = (await ends(place, 'unreachable', ['check', OF_PAIRING], NO_DISPLAY)) as [
      { state: string },
    ];
    check('It says that the device is away', away.state === 'unreachable', JSON.stringify(away));
    await device.restart();
    await did(place, 'check', [OF_PAIRING], NO_DISPLAY);
  },
  'does all of it by commands, from the first run to the status': byCommandsAlone,
};
