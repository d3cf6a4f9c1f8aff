import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../../electron/core/failure.ts';
import { readPolicy } from '../../../electron/core/policy/read-policy.ts';
import type { RunProgramSync } from '../../../electron/core/policy/run-program.ts';
import { systemPlaces } from '../../../electron/core/policy/system-places.ts';
import { windowsFiles } from '../../../electron/core/policy/windows-files.ts';
import { group, type Surroundings, type WindowsCase } from '../case.ts';
import { runInSystem } from '../computer-wide.ts';
import { startDevice } from '../devices.ts';
import { startRegister } from '../register.ts';
import { serving } from '../serving.ts';

const KEY = 'HKLM\\SOFTWARE\\Policies\\POS Pairing';
const VIEW = '/reg:64';
const { ProgramData: PROGRAM_DATA = '', SystemRoot: SYSTEM_ROOT = '' } = process.env;
const FOLDER = join(PROGRAM_DATA, 'POS Pairing');
const FILE = join(FOLDER, 'policy.json');
const NO_RIGHTS_HERE = 'Wine has no PowerShell, and its icacls.exe changes nothing';

/** As an administrator enters it, or group policy. */
const reg = (key: string, name: string, type: string, data: string) =>
  runInSystem('reg.exe', 'add', key, '/v', name, '/t', type, '/d', data, '/f', VIEW);

const hasRegistryPolicy = (): boolean => {
  try {
    runInSystem('reg.exe', 'query', KEY, VIEW);
    return true;
  } catch {
    return false;
  }
};

/** What a policy of the whole computer does: there is none before, and none is left behind. */
const onComputer = (
  run: (surroundings: Surroundings) => void | Promise<void>,
  where: Pick<WindowsCase, 'notOnWindows' | 'notUnderWine'> = {},
): WindowsCase => ({
  ...where,
  computerWide: true,
  run: async (surroundings) => {
    // Somebody else's.
    assert.ok(!hasRegistryPolicy() && !existsSync(FOLDER), 'this computer has a policy already');
    try {
      await run(surroundings);
    } finally {
      if (hasRegistryPolicy()) runInSystem('reg.exe', 'delete', KEY, '/f', VIEW);
      rmSync(FOLDER, { recursive: true, force: true });
    }
  },
});

/** The app at its next start, and what it then says of the policy. */
async function start<T>(folder: string, look: (register: ReturnType<typeof startRegister>) => T): Promise<T> {
  const register = startRegister(folder, systemPlaces());
  register.core.start();
  try {
    return await look(register);
  } finally {
    await register.core.close();
  }
}

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'done';
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.appError.code;
    throw thrown;
  }
};

/** Of the policy alone, oldest first. */
const history = ({ core }: ReturnType<typeof startRegister>): string[] =>
  core.history
    .all()
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('policy-'))
    .reverse();

/** Lists that PowerShell gives on Windows, in its place: of a folder of the system, and of a file in it. */
const OF_ADMINISTRATORS = 'O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)';

/** Answers for PowerShell with a list for each path, and keeps the paths that it was asked for. */
function rights(sddlOf: (path: string) => string): {
  readonly run: RunProgramSync;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    run: (program, _args, environment = {}) => {
      assert.equal(
        program.toLowerCase(),
        join(SYSTEM_ROOT, 'System32\\WindowsPowerShell\\v1.0\\powershell.exe').toLowerCase(),
      );
      const paths = (environment['POS_PAIRING_PATHS'] ?? '').split('|');
      asked.push(...paths);
      return { status: 0, output: Buffer.from(paths.map((path) => `${sddlOf(path)}\r\n`).join('')) };
    },
  };
}

/** Reads a policy file whose rights, and those of its folders, are told as `sddlOf` has them. */
function readFile(file: string, sddlOf: (path: string) => string = () => OF_ADMINISTRATORS) {
  const { run, asked } = rights(sddlOf);
  const reading = readPolicy({ system: null, file, files: windowsFiles(SYSTEM_ROOT, run) });
  return { reading, asked };
}

const reasonOf = ({ reading }: ReturnType<typeof readFile>): string =>
  reading.kind === 'rejected' ? `${reading.error.code}: ${reading.error.params?.['reason']}` : reading.kind;

export default group('policy', {
  'is looked for where Windows has what administrators decide': () => {
    const { system, file } = systemPlaces();
    assert.equal(system?.place, KEY);
    assert.equal(file, `${PROGRAM_DATA}\\POS Pairing\\policy.json`);
    assert.match(file, /^[A-Z]:\\ProgramData\\/i);
  },
  'none: every setting is the user’s own': onComputer(async ({ folder }) => {
    assert.deepEqual(readPolicy(systemPlaces()), { kind: 'absent' });
    await start(folder, ({ core }) => {
      assert.deepEqual(
        [core.policy.view.state, core.policy.view.place, core.policy.view.problem],
        ['none', null, null],
      );
    });
  }),
  'in the registry, as group policy writes it: holds, and what is locked stays so': onComputer(
    async ({ folder }) => {
      reg(KEY, 'checkIntervalMinutes', 'REG_DWORD', '30');
      reg(KEY, 'tray', 'REG_DWORD', '1');
      reg(KEY, 'defaultAddress', 'REG_SZ', 'terminal-1.shop.example');
      reg(KEY, 'posIdPattern', 'REG_SZ', 'SHOP-{hostname:4}');
      reg(KEY, 'locked', 'REG_MULTI_SZ', 'checkIntervalMinutes\\0rootCas');
      reg(`${KEY}\\bridgeOrigins`, '1', 'REG_SZ', 'https://till.example');
      reg(`${KEY}\\bridgeOrigins`, '2', 'REG_SZ', 'https://till.example:8443');
      const device = await startDevice();
      await start(folder, async (register) => {
        const { core } = register;
        assert.deepEqual(
          [core.policy.view.state, core.policy.view.place, core.policy.view.problem],
          ['current', KEY, null],
        );
        assert.deepEqual(core.policy.view.locked, ['checkIntervalMinutes', 'rootCas']);
        assert.equal(core.policy.view.address, 'terminal-1.shop.example:8443');
        assert.equal(core.policy.suggestPosId('TILL-0012.shop.example'), 'SHOP-0012');
        assert.deepEqual([core.settings.get().checkIntervalMinutes, core.settings.get().tray], [30, true]);
        assert.equal(
          await codeOf(() => core.updateSettings({ checkIntervalMinutes: 10 })),
          'managed-setting',
        );
        assert.equal(await codeOf(() => register.trust(device.rootCaPem)), 'managed-setting');
        // Given and not locked: a proposal.
        assert.equal(await codeOf(() => core.updateSettings({ tray: false })), 'done');
        assert.deepEqual([core.settings.get().checkIntervalMinutes, core.settings.get().tray], [30, false]);
        assert.deepEqual(history(register), ['policy-applied']);
      });
      await device.stop();
    },
  ),
  'in the registry: the file is not looked at then': onComputer(async ({ folder }) => {
    reg(KEY, 'language', 'REG_SZ', 'de');
    mkdirSync(FOLDER);
    writeFileSync(FILE, '{ "language": "fr", "unheard-of": true }');
    await start(folder, ({ core }) => {
      assert.deepEqual([core.policy.view.place, core.policy.view.problem], [KEY, null]);
      assert.equal(core.settings.get().language, 'de');
    });
  }),
  'an empty key, as group policy leaves it behind, is none': onComputer(() => {
    reg(KEY, 'language', 'REG_SZ', 'de');
    reg(`${KEY}\\bridgeOrigins`, '1', 'REG_SZ', 'https://till.example');
    for (const [key, name] of [
      [KEY, 'language'],
      [`${KEY}\\bridgeOrigins`, '1'],
    ] as const)
      runInSystem('reg.exe', 'delete', key, '/v', name, '/f', VIEW);
    assert.ok(hasRegistryPolicy());
    assert.deepEqual(readPolicy(systemPlaces()), { kind: 'absent' });
  }),
  'a wrong one: nothing of it is used, the last good one holds and says so; put right, it counts': onComputer(
    async ({ folder }) => {
      reg(KEY, 'checkIntervalMinutes', 'REG_DWORD', '30');
      reg(KEY, 'locked', 'REG_MULTI_SZ', 'checkIntervalMinutes');
      await start(folder, ({ core }) => assert.equal(core.policy.view.state, 'current'));
      reg(KEY, 'checkIntervalMinutes', 'REG_DWORD', '3');
      reg(KEY, 'language', 'REG_SZ', 'ja');
      for (let starts = 0; starts < 2; starts += 1) {
        await start(folder, async (register) => {
          const { core } = register;
          const { state, place, problem } = core.policy.view;
          assert.deepEqual([state, place, problem?.code], ['last-good', KEY, 'policy-invalid']);
          assert.match(problem?.params?.['reason'] ?? '', /^checkIntervalMinutes: /);
          const { checkIntervalMinutes, language } = core.settings.get();
          assert.deepEqual([checkIntervalMinutes, language], [30, 'system']);
          assert.equal(
            await codeOf(() => core.updateSettings({ checkIntervalMinutes: 10 })),
            'managed-setting',
          );
          // Once, however often the app starts.
          assert.equal(history(register).filter((kind) => kind === 'policy-rejected').length, 1);
        });
      }
      reg(KEY, 'checkIntervalMinutes', 'REG_DWORD', '60');
      await start(folder, ({ core }) => {
        assert.deepEqual([core.policy.view.state, core.policy.view.problem], ['current', null]);
        assert.equal(core.settings.get().checkIntervalMinutes, 60);
      });
      runInSystem('reg.exe', 'delete', KEY, '/f', VIEW);
      await start(folder, (register) => {
        assert.equal(register.core.policy.view.state, 'none');
        assert.equal(register.core.settings.get().checkIntervalMinutes, 15);
        assert.deepEqual(history(register), [
          'policy-applied',
          'policy-rejected',
          'policy-applied',
          'policy-removed',
        ]);
      });
    },
  ),
  'a wrong one and none before it: the defaults hold': onComputer(async ({ folder }) => {
    reg(KEY, 'checkInterval', 'REG_DWORD', '30');
    reg(KEY, 'language', 'REG_SZ', 'ja');
    await start(folder, ({ core }) => {
      const { state, problem, locked } = core.policy.view;
      assert.deepEqual([state, problem?.code, locked], ['none', 'policy-invalid', []]);
      assert.equal(core.settings.get().language, 'system');
    });
  }),
  'kinds of values that a policy does not have are refused by name': onComputer(() => {
    reg(KEY, 'defaultAddress', 'REG_BINARY', '00ff');
    const reading = readPolicy(systemPlaces());
    assert.equal(reading.kind === 'rejected' && reading.error.code, 'policy-invalid');
    assert.match(JSON.stringify(reading), /defaultAddress: REG_BINARY/);
  }),
  'texts beyond ASCII are refused: reg.exe writes them in the code page of a console, or as question marks':
    onComputer(() => {
      for (const text of ['Käse-{hostname}', 'レジ-{hostname}']) {
        reg(KEY, 'posIdPattern', 'REG_SZ', text);
        const reading = readPolicy(systemPlaces());
        assert.equal(reading.kind === 'rejected' && reading.error.code, 'policy-invalid', text);
        assert.match(JSON.stringify(reading), /beyond ASCII/);
      }
    }),
  'a file where Windows does not tell who may write it is refused, and the reason told': onComputer(
    async ({ folder }) => {
      mkdirSync(FOLDER);
      writeFileSync(FILE, '{ "language": "fr" }');
      await start(folder, (register) => {
        const { state, place, problem } = register.core.policy.view;
        assert.deepEqual([state, place, problem?.code], ['none', FILE, 'policy-unsafe']);
        assert.match(problem?.params?.['reason'] ?? '', /Windows does not tell who may write it/);
        assert.equal(register.core.settings.get().language, 'system');
        assert.deepEqual(history(register), ['policy-rejected']);
      });
    },
    { notOnWindows: 'it tells' },
  ),
  'a refused file is told by commands, and by policy check of the file in its place': onComputer(
    async ({ folder }) => {
      mkdirSync(FOLDER);
      writeFileSync(FILE, '{ "language": "fr" }');
      const elsewhere = join(folder, 'policy.json');
      writeFileSync(elsewhere, '{ "language": "fr" }');
      await serving(
        folder,
        async ({ ask }) => {
          const { code, out, err } = await ask('status', '--json');
          assert.deepEqual([code, out], [0, '[]\n']);
          assert.match(err, /^174 .*\n.*policy\.json: .*Windows does not tell who may write it\n$/);
          const judged = await ask('policy', 'check', FILE.toUpperCase(), '--json');
          assert.deepEqual([judged.code, JSON.parse(judged.out).error.code], [2, 'policy-unsafe']);
          assert.equal((await ask('policy', 'check', elsewhere)).code, 0);
        },
        systemPlaces(),
      );
    },
    { notOnWindows: 'it tells' },
  ),
  'a file that only administrators may write is used; one that others may write is not': onComputer(
    async ({ folder }) => {
      mkdirSync(FOLDER);
      const full = ['*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-32-545:(OI)(CI)RX'];
      runInSystem('icacls.exe', FOLDER, '/inheritance:r', '/grant:r', ...full);
      runInSystem('icacls.exe', FOLDER, '/setowner', '*S-1-5-32-544');
      writeFileSync(FILE, '{ "language": "fr" }');
      runInSystem('icacls.exe', FILE, '/setowner', '*S-1-5-32-544');
      await start(folder, ({ core }) => {
        assert.deepEqual([core.policy.view.place, core.policy.view.problem], [FILE, null]);
        assert.equal(core.settings.get().language, 'fr');
      });
      runInSystem('icacls.exe', FILE, '/grant', '*S-1-5-32-545:(M)');
      await start(folder, ({ core }) => {
        const { state, problem } = core.policy.view;
        assert.deepEqual([state, problem?.code], ['last-good', 'policy-unsafe']);
        assert.match(problem?.params?.['reason'] ?? '', /can be changed by BU$/);
        assert.equal(core.settings.get().language, 'fr');
      });
    },
    { notUnderWine: NO_RIGHTS_HERE },
  ),
  'a file behind a junction is refused, whoever may write it': {
    notUnderWine: 'Wine makes no junctions',
    run: ({ folder }) => {
      const [real, junction] = [join(folder, 'real'), join(folder, 'POS Pairing')];
      mkdirSync(real);
      writeFileSync(join(real, 'policy.json'), '{}');
      symlinkSync(real, junction, 'junction');
      assert.match(reasonOf(readFile(join(junction, 'policy.json'))), /^policy-unsafe: .* behind, a link$/);
    },
  },
  'a file: rights are asked for of itself and of each folder above it, on long and non-ASCII paths': ({
    folder,
  }) => {
    const deep = join(folder, ...Array.from({ length: 14 }, () => 'レジの設定 überall'));
    mkdirSync(deep, { recursive: true });
    const file = join(deep, 'policy.json');
    assert.ok(file.length > 240);
    // As Notepad saves it.
    writeFileSync(file, '\ufeff{ "language": "ja", "checkIntervalMinutes": 20 }');
    const { reading, asked } = readFile(file);
    assert.deepEqual(reading, {
      kind: 'found',
      place: file,
      policy: { language: 'ja', checkIntervalMinutes: 20 },
    });
    const [first, ...above] = asked;
    assert.equal(first, file);
    assert.deepEqual(above.slice(0, 2), [deep, dirname(deep)]);
    // The drive itself is not among them.
    assert.equal(dirname(dirname(above.at(-1) ?? '')), dirname(above.at(-1) ?? ''));
  },
  'a file in a folder that others may change is refused, with the folder and who they are': ({ folder }) => {
    const file = join(folder, 'policy.json');
    writeFileSync(file, '{ "language": "ja" }');
    const everybodyIn = (open: string) => (path: string) =>
      path === open ? `${OF_ADMINISTRATORS}(A;OICI;FA;;;WD)` : OF_ADMINISTRATORS;
    assert.equal(
      reasonOf(readFile(file, everybodyIn(folder))),
      `policy-unsafe: ${folder} can be changed by WD`,
    );
    assert.equal(reasonOf(readFile(file, everybodyIn(file))), `policy-unsafe: ${file} can be changed by WD`);
    assert.equal(
      reasonOf(readFile(file, () => OF_ADMINISTRATORS.replace('O:BA', 'O:S-1-5-21-1-2-3-1001'))),
      `policy-unsafe: ${file} belongs to S-1-5-21-1-2-3-1001, who is not an administrator`,
    );
  },
  'a file: Root CAs that it names by their paths are read under the same rules': async ({ folder }) => {
    const device = await startDevice();
    const [file, rootCa] = [join(folder, 'policy.json'), join(folder, 'root-ca.pem')];
    writeFileSync(rootCa, device.rootCaPem.replaceAll('\n', '\r\n'));
    writeFileSync(file, JSON.stringify({ rootCas: [rootCa] }));
    const { reading } = readFile(file);
    assert.equal(reading.kind === 'found' && reading.policy.rootCas?.length, 1, JSON.stringify(reading));
    const places = {
      system: null,
      file,
      files: windowsFiles(SYSTEM_ROOT, rights(() => OF_ADMINISTRATORS).run),
    };
    const register = startRegister(folder, places);
    const { result } = await register.pair(device, { transport: 'wss', code: device.code });
    await register.core.close();
    assert.equal(result.ok, true, JSON.stringify(result));
    const refused = readFile(file, (path) =>
      path === rootCa ? `${OF_ADMINISTRATORS}(A;;FA;;;BU)` : OF_ADMINISTRATORS,
    );
    assert.equal(reasonOf(refused), `policy-unsafe: rootCas.0: ${rootCa} can be changed by BU`);
    await device.stop();
  },
  'what is no policy file is told as such': ({ folder }) => {
    const path = (name: string) => join(folder, name);
    mkdirSync(path('folder'));
    writeFileSync(path('broken.json'), '{ "language": "ja"');
    writeFileSync(path('utf-16.json'), Buffer.from('\ufeff{}', 'utf16le'));
    writeFileSync(path('large.json'), ' '.repeat(1024 * 1024 + 1));
    const told = (name: string) => reasonOf(readFile(path(name)));
    assert.equal(told('none.json'), 'absent');
    assert.match(told('folder'), /^policy-unreadable: .* is not a file$/);
    assert.match(told('broken.json'), /^policy-invalid: not valid JSON/);
    assert.match(told('utf-16.json'), /^policy-invalid: not valid JSON/);
    assert.match(told('large.json'), /^policy-unreadable: .* more than 1048576 bytes$/);
  },
});
