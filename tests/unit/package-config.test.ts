import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackage } from '@electron/asar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { checklistFaults, strayFaults } from '../../scripts/package/contents.ts';
import {
  asarFaults,
  fuseFaults,
  manifestFaults,
  POLICY_FILES,
  policyFaults,
  wantedFuses,
} from '../../scripts/package/inspect.ts';

const target = z.array(z.object({ target: z.string(), arch: z.unknown() }));
const config = z
  .looseObject({
    extraMetadata: z.looseObject({ development: z.boolean() }),
    appId: z.string(),
    files: z.array(z.string()),
    win: z.looseObject({ target }),
    nsis: z.looseObject({}),
    msi: z.looseObject({}),
    mac: z.looseObject({ target }),
    linux: z.looseObject({ target }),
    deb: z.looseObject({ depends: z.array(z.string()) }),
  })
  .parse(parse(readFileSync('electron-builder.yml', 'utf8')));

describe('the packages', () => {
  it('are those that every system has', () => {
    expect(config.win.target).toEqual([
      { target: 'nsis', arch: ['x64', 'arm64'] },
      { target: 'msi', arch: ['x64'] },
    ]);
    expect(config.mac.target).toEqual([
      { target: 'dmg', arch: 'universal' },
      { target: 'zip', arch: 'universal' },
    ]);
    expect(config.linux.target).toEqual(
      ['deb', 'rpm', 'AppImage', 'tar.gz'].map((target) => ({ target, arch: ['x64', 'arm64'] })),
    );
  });

  it('are installed for everybody, and an upgrade or uninstall on Windows keeps what people have made', () => {
    expect(config.nsis).toMatchObject({ perMachine: true, deleteAppDataOnUninstall: false });
    expect(config.msi).toMatchObject({ perMachine: true });
  });

  it('are hardened and notarized on macOS, with one thing allowed', () => {
    expect(config.mac).toMatchObject({ hardenedRuntime: true, notarize: true });
    const entitlements = readFileSync(String(config.mac['entitlements']), 'utf8');
    expect([...entitlements.matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
    ]);
  });

  it('have neither dependencies nor source maps', () => {
    expect(config.files).toEqual(expect.arrayContaining(['!node_modules/**', '!**/*.map']));
  });

  it('go by the name by which Windows knows the app', () => {
    expect(readFileSync('electron/main.ts', 'utf8')).toContain(`const APP_ID = '${config.appId}'`);
  });

  it('start the app with the sandbox on from the menu', () => {
    expect(config['appImage']).toMatchObject({ executableArgs: [] });
    expect(JSON.stringify(config)).not.toContain('no-sandbox');
  });
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('fuses', () => {
  const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
  /** What Electron's executable has in it: the sentinel, a version, the number of fuses, and a digit for each. */
  function executable(states: string): string {
    const file = join(folder, 'electron');
    const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, states.length]), Buffer.from(states)]);
    writeFileSync(file, Buffer.concat([Buffer.alloc(5000, 'x'), wire, Buffer.alloc(5000, 'y')]));
    return file;
  }

  it('are all decided', () => {
    expect(wantedFuses()).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('are read back from the executable', async () => {
    expect(await fuseFaults(executable('01001100'))).toEqual([]);
    expect(await fuseFaults(executable('11001100'))).toEqual([
      'The fuse runAsNode is true, and should be false.',
    ]);
    expect(await fuseFaults(executable('010r110'))).toEqual([
      'The fuse enableNodeCliInspectArguments is not there, and should be false.',
      'The fuse grantFileProtocolExtraPrivileges is not there, and should be false.',
    ]);
  });
});

describe('the archive', () => {
  const NEEDED = ['out/main/main.js', 'out/licences.json.gz', 'out/renderer/index.html', 'package.json'];
  async function archive(files: readonly string[], content = 'x'): Promise<string> {
    const source = join(folder, 'app');
    for (const file of files) {
      mkdirSync(join(source, file, '..'), { recursive: true });
      // Not twice the same: that would be stored once.
      writeFileSync(join(source, file), content + file);
    }
    // Electron's own Node would take a name with the usual ending for a folder.
    const asar = join(folder, 'archive');
    await createPackage(source, asar);
    return asar;
  }

  it('is of a packaged app, as electron-builder is told', async () => {
    const source = join(folder, 'app');
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as object;
    const faultsOf = async (more: object) => {
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, 'package.json'), JSON.stringify({ ...manifest, ...more }));
      // The library remembers what it has read of a file.
      const asar = join(folder, `archive-${Object.keys(more).length}`);
      await createPackage(source, asar);
      return manifestFaults(asar);
    };
    expect(await faultsOf({})).toEqual(['package.json in app.asar is that of a development build.']);
    expect(await faultsOf(config.extraMetadata)).toEqual([]);
  });

  it('is what the app runs, and nothing else', async () => {
    expect(asarFaults(await archive(NEEDED))).toEqual([]);
  });

  it.each(['out/main/main.js.map', 'node_modules/ws/index.js', 'tests/a.ts', 'out/renderer/assets/a.js.map'])(
    'has no %s',
    async (stranger) => {
      const faults = asarFaults(await archive([...NEEDED, stranger]));
      expect(faults).toEqual([expect.stringContaining(`/${stranger}`)]);
    },
  );

  it('lacks nothing', async () => {
    expect(asarFaults(await archive(['package.json']))).toHaveLength(3);
  });

  it('is no more than 3 MiB', async () => {
    const faults = asarFaults(await archive(NEEDED, 'x'.repeat(800 * 1024)));
    expect(faults).toEqual([expect.stringContaining('are the limit')]);
  });
});

describe('what ships for whoever writes a policy', () => {
  const walk = (at: string): string[] =>
    readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'));

  it('is all there is of templates and examples, and the schema', () => {
    expect(Object.values(POLICY_FILES).sort()).toEqual(
      [...walk('packaging/policy'), 'docs/schemas/policy.schema.json'].sort(),
    );
    const shipped = z
      .array(z.object({ from: z.string(), to: z.string() }))
      .parse(config['extraResources'])
      .filter(({ to }) => to.startsWith('policy'));
    expect(shipped).toEqual([
      { from: 'packaging/policy', to: 'policy' },
      { from: 'docs/schemas/policy.schema.json', to: 'policy/policy.schema.json' },
    ]);
  });

  it('is compared with where it comes from', () => {
    for (const [name, source] of Object.entries(POLICY_FILES)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      cpSync(source, join(folder, name));
    }
    expect(policyFaults(folder)).toEqual([]);
    rmSync(join(folder, 'policy/pos-pairing.admx'));
    writeFileSync(join(folder, 'policy/policy.json'), '{}');
    expect(policyFaults(folder)).toEqual([
      'policy/policy.json is not packaging/policy/policy.json.',
      'policy/pos-pairing.admx is missing.',
    ]);
  });
});

describe('what is in the archive', () => {
  const WINDOW = 'sandbox:!0,contextIsolation:!0,nodeIntegration:!1,webviewTag:!1';
  const GOOD = {
    'out/main/main.js': `new BrowserWindow({webPreferences:{${WINDOW}}}),loadURL(\`app://pos/index.html\`)`,
    'out/preload/preload.cjs': 'const electron=require(`electron`);',
    'out/renderer/index.html': '<script src="./assets/a.js"></script><link href="./assets/a.css">',
  };
  async function archive(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, 'app', file, '..'), { recursive: true });
      writeFileSync(join(folder, 'app', file), text);
    }
    const asar = join(folder, 'archive');
    await createPackage(join(folder, 'app'), asar);
    return asar;
  }

  it('is byte for byte what was built, and the tests of the app have run', async () => {
    const asar = await archive(GOOD);
    const built = join(folder, 'app', 'out');
    expect(strayFaults(asar, built)).toEqual([]);
    writeFileSync(join(built, 'main/main.js'), 'another one');
    rmSync(join(built, 'preload/preload.cjs'));
    expect(strayFaults(asar, built)).toEqual([
      'out/main/main.js is not what was built.',
      'out/preload/preload.cjs was not built.',
    ]);
  });

  it('has nothing in it that Electron’s checklist warns of', async () => {
    expect(checklistFaults(await archive(GOOD))).toEqual([]);
  });

  it.each([
    ['out/main/main.js', 'x={nodeIntegration:!0}', 'nodeIntegration:!0'],
    ['out/main/main.js', 'x={nodeIntegrationInWorker: true}', 'nodeIntegrationInWorker: true'],
    ['out/main/main.js', 'x={sandbox:!1}', 'sandbox:!1'],
    ['out/main/main.js', 'x={contextIsolation:!1}', 'contextIsolation:!1'],
    ['out/main/main.js', 'x={webSecurity:!1}', 'webSecurity:!1'],
    ['out/main/main.js', 'x={webviewTag:!0}', 'webviewTag:!0'],
    ['out/main/main-a.js', 'x={allowRunningInsecureContent:y}', 'allowRunningInsecureContent'],
    ['out/main/main.js', 'x={enableBlinkFeatures:y}', 'enableBlinkFeatures'],
    ['out/main/main.js', 'shell.openExternal(url)', 'openExternal'],
    ['out/main/main.js', 'a.loadURL(`http://example.com`)', 'loadURL(`http:'],
    ['out/preload/preload.cjs', 'require(`node:fs`)', 'node:fs'],
    ['out/renderer/index.html', '<script src="https://example.com/a.js">', 'https://example.com/a.js'],
  ])('which would be found in %s: %s', async (file, text, found) => {
    expect(checklistFaults(await archive({ ...GOOD, [file]: text }))).toEqual([
      expect.stringContaining(found),
    ]);
  });
});

describe('the workflows', () => {
  const workflows = readdirSync('.github/workflows').map((name) => ({
    name,
    text: readFileSync(join('.github/workflows', name), 'utf8'),
  }));

  it.each(workflows)(
    'pins each action of $name by its commit, and says which version that is',
    ({ text }) => {
      const uses = [...text.matchAll(/uses: (.+)/g)].map(([, use]) => use);
      expect(uses.length).toBeGreaterThan(0);
      for (const use of uses) expect(use).toMatch(/^(\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
    },
  );

  it.each(workflows)('gives $name no rights but to read, unless a job asks for more', ({ text }) => {
    expect(z.looseObject({ permissions: z.unknown() }).parse(parse(text)).permissions).toEqual({
      contents: 'read',
    });
  });
});
