import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { TEXTS } from '../../shared/languages.ts';
import { COMMANDS_ALONE, COMMANDS_BESIDE_THE_WINDOW } from './command-steps.ts';
import { check, endProgram, POS_ID, type Steps, startProgram, USER } from './place.ts';
import { POLICY_STEPS } from './policy-steps.ts';
import type { ThrowAwayRoot } from './root.ts';

const PROGRAM = '/opt/POS Pairing/pos-pairing';
const DATA = `/home/${USER}/.config/POS Pairing`;
const { en } = TEXTS;

/** A TCP port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a debugger may attach to at this port: Chromium listens on it as soon as it is told to. */
async function debuggerTargets(port: number): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => null);
  return answer ? answer.json() : [];
}

/** One line about each process of the program: what it is, and what confines it. */
function processes(root: ThrowAwayRoot): { arguments: string; seccomp: string; ownUsers: boolean }[] {
  const script = `for p in $(pgrep -u ${USER} -f '^${PROGRAM}'); do
printf '%s\\t%s\\t%s\\n' "$(awk '/^Seccomp:/{print $2}' /proc/$p/status)" "$(readlink /proc/$p/ns/user)" "$(tr '\\0' ' ' </proc/$p/cmdline)"
done; readlink /proc/1/ns/user`;
  const lines = root.run(['sh', '-c', script]).trim().split('\n');
  const outside = lines.pop();
  return lines.map((line) => {
    const [seccomp = '', users = '', ...rest] = line.split('\t');
    return { arguments: rest.join(' '), seccomp, ownUsers: users !== outside };
  });
}

/** What the installed program is put through, in order: each step goes on where the one before it stopped. */
export const STEPS: Steps = {
  'is installed for everybody, and lacks nothing': async ({ root }) => {
    check('It is on the path', root.succeeds(['test', '-x', '/usr/bin/pos-pairing'], USER));
    const libraries = root.run(['ldd', PROGRAM], USER);
    check('Its libraries are there', !libraries.includes('not found'), libraries);
    check('Nobody else may change it', root.run(['find', '/opt/POS Pairing', '-perm', '/022']) === '');
    check('It is in the menu', root.succeeds(['test', '-r', '/usr/share/applications/pos-pairing.desktop']));
  },
  'takes no debugger': async ({ session }) => {
    const port = await freePort();
    const pid = await session.start(['pos-pairing', `--remote-debugging-port=${port}`]);
    // It says why not, and ends.
    await session.takeWindow('POS Pairing');
    const targets = JSON.stringify(await debuggerTargets(port));
    check('There is nothing to attach to', targets === '[]', targets);
    await session.key('Return');
    const status = await session.wait(pid);
    check('It has failed', status === 1, `exit status ${status}`);
  },
  'starts with the sandbox on': async (place) => {
    await startProgram(place);
    await place.session.find('heading', en.rootCa.firstTitle);
    const all = processes(place.root);
    check(
      'No process is told to leave the sandbox',
      !all.some((each) => /--no-sandbox/.test(each.arguments)),
    );
    const pages = all.filter((each) => each.arguments.includes('--type=renderer'));
    check('The page has a process', pages.length > 0, JSON.stringify(all));
    for (const page of pages) {
      check('Its system calls are filtered', page.seccomp === '2', JSON.stringify(page));
      check('It is nobody on this system', page.ownUsers, JSON.stringify(page));
    }
  },
  'is told what to trust': async ({ session, device }) => {
    await session.press('push button', en.rootCa.paste);
    await session.paste('entry', en.rootCa.pasteLabel, device.rootCaPem);
    await session.press('push button', en.rootCa.read);
    await session.press('push button', en.rootCa.trust);
  },
  pairs: async ({ session, device }) => {
    await session.type('entry', en.pair.address, device.addresses.wss);
    await session.type('entry', en.pair.code, device.code);
    await session.type('entry', en.pair.posId, POS_ID);
    await session.press('push button', en.pair.submit);
    await session.press('push button', en.identity.yes);
    await session.find('heading', en.success.title);
    check('The device has paired', device.paired.has(POS_ID), [...device.paired.keys()].join());
  },
  'keeps keys encrypted': async ({ root }) => {
    const files = root.run(['find', DATA, '-type', 'f'], USER).trim().split('\n');
    check(
      'There is a pairing',
      files.some((file) => file.includes('/vault/pairings')),
      files.join('\n'),
    );
    check('No key is readable', !root.succeeds(['grep', '-rql', 'PRIVATE KEY', DATA], USER));
    check(
      'Only the user may look',
      root.run(['find', DATA, '-path', '*vault*', '-type', 'f', '-perm', '/077']) === '',
    );
  },
  'writes a connection kit for POS software': async ({ root, session }) => {
    await session.press('push button', en.success.done);
    await session.press('link', POS_ID);
    await session.press('push button', en.kit.title);
    await session.press('push button', en.kit.submit);
    // The system's own dialog, which suggests a name; not part of the page.
    await session.takeWindow(en.desktop.saveKit);
    await session.key('Return');
    await session.takeWindow('– POS Pairing');
    await session.find('heading', en.kit.doneTitle);
    await session.press('push button', en.kit.noted);
    const keys = root.run(['find', `/home/${USER}`, '-path', '*/pos-connection-*/pos.p12', '-perm', '600']);
    check(
      'The keys are there, for this user only',
      keys.trim().split('\n').length === 1 && keys !== '',
      keys,
    );
  },
  ...COMMANDS_BESIDE_THE_WINDOW,
  ...COMMANDS_ALONE,
  ...POLICY_STEPS,
  'is upgraded and remembers': async (place) => {
    place.root.run(['dpkg', '--force-unsafe-io', '--install', place.deb]);
    await startProgram(place);
    await place.session.find('link', POS_ID);
  },
  'is removed, and leaves what the user has made': async (place) => {
    await endProgram(place);
    const { root } = place;
    root.run(['dpkg', '--remove', 'pos-pairing']);
    check('The program is gone', !root.succeeds(['test', '-e', '/opt/POS Pairing']));
    check('So is its command', !root.succeeds(['test', '-e', '/usr/bin/pos-pairing']));
    check('The pairing is not', root.run(['find', DATA, '-path', '*pairings*', '-type', 'f']) !== '');
  },
};
