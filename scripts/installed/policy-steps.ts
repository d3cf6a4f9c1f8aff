import { readFileSync } from 'node:fs';
import { TEXTS } from '../../shared/languages.ts';
import { POLICY_FILES } from '../package/inspect.ts';
import { did, refuses } from './command.ts';
import { check, endProgram, type Place, POS_ID, RESOURCES, type Steps, startProgram, USER } from './place.ts';

const { en } = TEXTS;
const FOLDER = '/etc/pos-pairing';
const FILE = `${FOLDER}/policy.json`;
const EXAMPLE = `${RESOURCES}/policy/policy.json`;

const exportArgs = (name: string) => [
  `--pos-id=${POS_ID}`,
  '--format=p12',
  `--out=/home/${USER}/${name}`,
  '--password-stdin',
];
const PASSWORD = { input: 'correct-horse-battery\n' };

/** Writes a text as root. */
function write({ root }: Place, file: string, text: string): void {
  root.run(['sh', '-c', 'printf %s "$2" >"$1"', 'sh', file, text]);
}

/** A refused policy: the reason is told by commands, and by `policy check` of the file in its place. */
async function isRefused(place: Place, reason: string): Promise<void> {
  const { err } = await did(place, 'status', []);
  check('Commands tell why', err.startsWith('174 ') && err.includes(`${FILE}: ${reason}`), err);
  const detail = await refuses(place, 'usage', 'policy-unsafe', ['policy', 'check', FILE]);
  check('So does the check of it', detail === reason, detail);
  // The one before it holds.
  await refuses(place, 'refused', 'export-not-allowed', ['export', ...exportArgs('kit-refused')], PASSWORD);
}

const kinds = async (place: Place): Promise<string> => {
  const { document } = await did(place, 'history', []);
  return document
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('policy-'))
    .join();
};

/** With the window closed at first, and at the end. */
export const POLICY_STEPS: Steps = {
  'brings templates and an example of the policy': async ({ root }) => {
    for (const [name, source] of Object.entries(POLICY_FILES)) {
      const shipped = root.run(['cat', `${RESOURCES}/${name}`], USER);
      check(`${name} is there for everybody`, shipped === readFileSync(source, 'utf8'));
    }
  },
  'obeys a policy that only root can write': async (place) => {
    const { root, session, device } = place;
    root.run(['mkdir', '-p', FOLDER]);
    // The example as it ships, which names this file.
    write(place, `${FOLDER}/root-ca.pem`, device.rootCaPem);
    root.run(['cp', EXAMPLE, FILE]);
    const { document } = await did(place, 'policy check', [FILE]);
    check('It is right', document.keys.includes('rootCas') && document.rootCas.length === 1);
    await refuses(place, 'refused', 'export-not-allowed', ['export', ...exportArgs('kit-managed')], PASSWORD);
    await refuses(place, 'refused', 'managed-setting', ['trust-root', '-'], { input: device.rootCaPem });
    check('It is in the history, once', (await kinds(place)) === 'policy-applied');
    await startProgram(place);
    await session.press('link', en.settings.title);
    await session.find('heading', en.settings.title);
    const seen = await session.seen();
    check('The window says whose settings they are', seen.includes(en.policy.managed), seen);
    await endProgram(place);
  },
  'refuses one that its user could have written, and says why': async (place) => {
    const { root, session } = place;
    const uid = root.run(['id', '-u', USER]).trim();
    root.run(['chown', USER, FILE]);
    await isRefused(place, `${FILE} belongs to user ${uid}, who is not an administrator`);
    check('It is in the history', (await kinds(place)) === 'policy-rejected,policy-applied');
    await startProgram(place);
    await session.find('heading', en.errors['policy-unsafe'].title);
    await endProgram(place);
    root.run(['chown', 'root', FILE]);
    root.run(['chmod', '666', FILE]);
    await isRefused(place, `${FILE} can be written by everybody`);
    root.run(['chmod', '644', FILE]);
    root.run(['chmod', '777', FOLDER]);
    await isRefused(place, `${FOLDER} can be written by everybody`);
    root.run(['chmod', '755', FOLDER]);
    root.run(['chown', USER, `${FOLDER}/root-ca.pem`]);
    await isRefused(
      place,
      `rootCas.0: ${FOLDER}/root-ca.pem belongs to user ${uid}, who is not an administrator`,
    );
    root.run(['rm', '-r', FOLDER]);
    await did(place, 'export', exportArgs('kit-unmanaged'), PASSWORD);
  },
};
