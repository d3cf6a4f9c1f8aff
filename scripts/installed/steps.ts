import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TEXTS } from '../../shared/languages.ts';
import { checklistFaults, strayFaults } from '../package/contents.ts';
import { fuseFaults, manifestFaults } from '../package/inspect.ts';
import { COMMANDS_ALONE, COMMANDS_BESIDE_THE_WINDOW } from './command-steps.ts';
import { makeInspectedCopy, makeRenamedCopy } from './inspected-copy.ts';
import { Inspector } from './inspector.ts';
import { linkFaults, openOutside, pageFaults, screenShown, webviewFaults } from './page-checks.ts';
import { check, endProgram, type Place, POS_ID, RESOURCES, type Steps, startProgram, USER } from './place.ts';
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

/** Of the command line: without the sandbox, or with what pages should not have (checklist 4, 6, 8 to 10). */
const WEAKENING =
  /--(no-sandbox|disable-web-security|allow-running-insecure-content|enable-blink-features|enable-experimental-web-platform-features|remote-debugging-\w+|inspect)/;

/** `process`, when the program runs, then TCP addresses at which it listens, in the kernel's hexadecimal. */
function listeners(root: ThrowAwayRoot): string[] {
  const script = `for p in /proc/[0-9]*; do [ "$(readlink $p/exe)" = '${PROGRAM}' ] || continue
echo process
for i in $(ls -l $p/fd 2>/dev/null | sed -n 's/.*socket:.\\([0-9]*\\).$/\\1/p'); do
awk -v i=$i '$4 == "0A" && $10 == i { print $2 }' /proc/net/tcp /proc/net/tcp6
done; done`;
  return [...new Set(root.run(['sh', '-c', script]).split('\n').filter(Boolean))];
}

/** Starts a program with a switch for debuggers: it says why not, and ends. */
async function refusesDebugger({ session }: Place, program: string): Promise<void> {
  const port = await freePort();
  const pid = await session.start([program, `--remote-debugging-port=${port}`]);
  await session.takeWindow('POS Pairing');
  const targets = JSON.stringify(await debuggerTargets(port));
  check('There is nothing to attach to', targets === '[]', targets);
  await session.key('Return');
  const status = await session.wait(pid);
  check('It has failed', status === 1, `exit status ${status}`);
}

/** Waits until it holds, for some seconds. */
async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    check(what, tries < 40);
    await sleep(250);
  }
}

/** Asks the program's main process and its page, in a copy that takes a debugger. */
async function inspected<T>(
  { root, session }: Place,
  ask: (inspector: Inspector) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  const executable = await makeInspectedCopy(root, PROGRAM);
  const port = await freePort();
  const data = `/home/${USER}/inspected`;
  const command = [executable, `--inspect=127.0.0.1:${port}`, `--user-data-dir=${data}`];
  const pid = await session.start(command, env);
  const inspector = await Inspector.attach(port);
  await inspector.evaluate(screenShown);
  const answer = await ask(inspector);
  inspector.close();
  await session.stop(pid);
  root.run(['rm', '-r', dirname(executable)]);
  return answer;
}

/** What Linux opens links with, in a folder of its own for the path: each leaves only a trace of what it was given. */
function putOpeners(root: ThrowAwayRoot, trace: string): string {
  const folder = `/home/${USER}/openers`;
  const script = `mkdir "$1" && cd "$1" && printf '#!/bin/sh\\necho "$0 $*" >>%s\\n' "$2" >xdg-open && chmod +x xdg-open &&
for name in xdg-email gio x-www-browser sensible-browser; do cp xdg-open $name; done`;
  root.run(['sh', '-c', script, 'sh', folder, trace], USER);
  return folder;
}

const componentsSchema = z.object({
  components: z.array(z.object({ name: z.string(), version: z.string().optional() })),
});

/** What the installed program is put through, in order: each step goes on where the one before it stopped. */
export const STEPS: Steps = {
  'is installed for everybody, and lacks nothing': async ({ root }) => {
    check('It is on the path', root.succeeds(['test', '-x', '/usr/bin/pos-pairing'], USER));
    const libraries = root.run(['ldd', PROGRAM], USER);
    check('Its libraries are there', !libraries.includes('not found'), libraries);
    check('Nobody else may change it', root.run(['find', '/opt/POS Pairing', '-perm', '/022']) === '');
    check('It is in the menu', root.succeeds(['test', '-r', '/usr/share/applications/pos-pairing.desktop']));
  },
  'takes no debugger': (place) => refusesDebugger(place, 'pos-pairing'),
  // Electron takes a program of this name for its own, without an app.
  'takes none either in a copy with Electron’s own name': async (place) => {
    const executable = makeRenamedCopy(place.root, PROGRAM, 'electron');
    await refusesDebugger(place, executable);
    place.root.run(['rm', '-r', dirname(executable)]);
  },
  'is the code that was tested, with its fuses as they are wanted': async ({ root }) => {
    const executable = root.path(PROGRAM);
    const asar = join(dirname(executable), 'resources/app.asar');
    const faults = [
      ...(await fuseFaults(executable)),
      ...[manifestFaults, strayFaults, checklistFaults].flatMap((faultsOf) => faultsOf(asar)),
    ];
    check('Nothing is wrong with the package', faults.length === 0, faults.join('\n'));
  },
  'is no Node.js, and loads no code but its own': async ({ root, session }) => {
    const trace = '/tmp/was-run';
    const script = root.write('/tmp/stray.js', `require('node:fs').writeFileSync('${trace}', '');`);
    // Whoever listened would be waited for.
    const waiting = `--inspect-brk=127.0.0.1:${await freePort()}`;
    const attempts: readonly [readonly string[], Record<string, string>][] = [
      [['--help'], { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require=${script}` }],
      [['--help'], { NODE_OPTIONS: `--require=${script}` }],
      [['--help'], { NODE_OPTIONS: waiting }],
      [[waiting, '--help'], {}],
      [[`--require=${script}`, '--help'], {}],
    ];
    for (const [args, env] of attempts) {
      const pid = await session.start(['pos-pairing', ...args], env);
      const status = await session.wait(pid);
      check('It is the program all the same', status === 0, `${args.join(' ')}: exit status ${status}`);
      check('It says what it can do', (await session.output(pid)).includes('pos-pairing'));
    }
    const asNode = await session.start(['pos-pairing', script, '--help'], { ELECTRON_RUN_AS_NODE: '1' });
    await session.takeWindow('POS Pairing');
    await session.stop(asNode);
    check('No other code was run', !root.succeeds(['test', '-e', trace]));
  },
  'has a page that holds to Electron’s security checklist': async (place) => {
    const faults = await inspected(place, pageFaults);
    check('Nothing is against the checklist', faults.length === 0, faults.join('\n'));
  },
  'attaches no webview, whatever it asks for': async (place) => {
    const faults = await inspected(place, webviewFaults);
    check('Nothing came of a webview', faults.length === 0, faults.join('\n'));
  },
  'starts no other program for a link': async (place) => {
    const { root } = place;
    const trace = `/home/${USER}/opened`;
    const folder = putOpeners(root, trace);
    const opened = () => (root.succeeds(['test', '-e', trace]) ? root.run(['cat', trace]) : '');
    const follow = async (inspector: Inspector) => {
      const faults = await linkFaults(inspector);
      check('No program was started', opened() === '', opened());
      // So it would have been seen.
      await inspector.evaluate(openOutside);
      const schemes = ['https:', 'mailto:'];
      await eventually('A program leaves its trace', () => schemes.every((each) => opened().includes(each)));
      return faults;
    };
    const faults = await inspected(place, follow, { PATH: `${folder}:/usr/local/bin:/usr/bin:/bin` });
    check('The page stays', faults.length === 0, faults.join('\n'));
    root.run(['rm', '-r', folder, trace]);
  },
  'starts with the sandbox on': async (place) => {
    await startProgram(place);
    await place.session.find('heading', en.rootCa.firstTitle);
    const all = processes(place.root);
    const weakened = all.filter((each) => WEAKENING.test(each.arguments));
    check('No process is told to be less careful', weakened.length === 0, JSON.stringify(weakened));
    const [first, ...open] = listeners(place.root);
    check('Nobody can connect to it', first === 'process' && open.length === 0, open.join());
    const pages = all.filter((each) => each.arguments.includes('--type=renderer'));
    check('The page has a process', pages.length > 0, JSON.stringify(all));
    for (const page of pages) {
      check('Its system calls are filtered', page.seccomp === '2', JSON.stringify(page));
      check('It is nobody on this system', page.ownUsers, JSON.stringify(page));
    }
  },
  'runs in the Electron that its list of components names': async ({ root }) => {
    const { components } = componentsSchema.parse(
      JSON.parse(root.run(['cat', `${RESOURCES}/sbom.cdx.json`])),
    );
    const named = components.filter(({ name }) => name === 'electron').map(({ version }) => version);
    // Each start tells its log what it runs in, soon after its first screen.
    const log = `${DATA}/logs/connections.jsonl`;
    const told = () =>
      root.succeeds(['test', '-e', log])
        ? root.run(['cat', log]).matchAll(/"kind":"app-started".*?"electron":"([^"]+)"/g)
        : [];
    const running = () => [...new Set([...told()].map(([, version]) => version))];
    await eventually('It says what it runs in', () => running().length > 0);
    check('That is what is named', running().join() === named.join(), `${running()} instead of ${named}`);
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
