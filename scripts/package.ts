import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CliOptions, type Configuration, build as electronBuilder, Platform } from 'electron-builder';
import { build } from './build.ts';
import { ensureCommands } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';
import { appFaults } from './package/inspect.ts';
import { compileInstallerPart } from './package/nsis.ts';
import { writeSbom } from './package/sbom.ts';
import { feedConfig } from './package/updates.ts';

/**
 * `npm run package [-- --target deb] [-- --quick]`: the packages of this system, into dist/. Where electron-builder
 * cannot download its tools and the declared Electron, the Linux packages are made with the distribution's own
 * tools around the Electron for tests: good for trying out the package, never for users.
 */
const { values } = parseArgs({
  options: {
    /** Only these, such as `deb`. */
    target: { type: 'string', multiple: true },
    /** Compresses little, for tests. */
    quick: { type: 'boolean', default: false },
    /** `out/` is up to date. */
    built: { type: 'boolean', default: false },
    /** The folder they go to, which is emptied first. */
    output: { type: 'string', default: 'dist' },
  },
});

const FPM = resolve(import.meta.dirname, 'package/fpm.ts');
const SBOM = 'out/sbom.cdx.json';
const INSTALLER = 'packaging/installer.nsh';
/** The tools of each, and the Debian packages they come from. */
const TOOLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deb: { 'dpkg-deb': 'dpkg' },
  rpm: { rpmbuild: 'rpm' },
  'tar.gz': { '7za': 'p7zip-full' },
};
/**
 * What electron-builder removes from an Electron that it has downloaded itself; and of the program this Electron
 * comes from, where that looks for updates, and a start-up snapshot which the fuse keeps from being loaded.
 */
const NOT_OURS = [
  'resources/default_app.asar',
  'version',
  'resources/app-update.yml',
  'browser_v8_context_snapshot.bin',
];
const SKIPPED = {
  AppImage: 'its runtime is a download of electron-builder',
  'Linux arm64': 'there is no Electron for it here',
  'Windows (NSIS, MSI)': 'made on Windows, by .github/workflows/package.yml',
  'macOS (dmg, zip)': 'made on macOS, by .github/workflows/package.yml',
};

const declaredElectron = (): string => {
  const manifest = createRequire(import.meta.url)('electron/package.json') as { readonly version: string };
  return manifest.version;
};

/** electron-builder takes the path of one program in fpm's place. */
function fpmCommand(folder: string): string {
  const file = join(folder, 'fpm');
  const quoted = [process.execPath, ...process.execArgv, FPM].map((part) => `'${part}'`).join(' ');
  writeFileSync(file, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  return file;
}

const quickly: Configuration = values.quick
  ? { deb: { compression: 'gz' }, rpm: { compression: 'gzip' } }
  : {};

/** Over an Electron that is here already. */
async function packageOffline(dist: string): Promise<string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Without the declared Electron, packages can be made on linux-x64 only.');
  }
  const targets = values.target ?? Object.keys(TOOLS);
  const impossible = targets.filter((target) => !(target in TOOLS));
  if (impossible.length > 0) throw new Error(`Cannot be made here: ${impossible.join(', ')}.`);
  ensureCommands(Object.assign({ makensis: 'nsis' }, ...targets.map((target) => TOOLS[target])));
  compileInstallerPart(INSTALLER);
  console.log(`CHECKED ${INSTALLER}: compiles`);
  const version = readFileSync(join(dist, 'version'), 'utf8').trim();
  writeSbom(SBOM, version);
  const folder = mkdtempSync(join(tmpdir(), 'package-tools-'));
  process.env['CUSTOM_FPM_PATH'] ??= fpmCommand(folder);
  process.env['ELECTRON_BUILDER_7ZIP_PATH'] ??= '/usr/bin/7za';
  if (values.quick) process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] = '1';
  const config: Configuration = {
    electronDist: dist,
    electronVersion: version,
    directories: { output: values.output },
    ...feedConfig(),
    afterPack: async ({ appOutDir }) => {
      for (const name of NOT_OURS) rmSync(join(appOutDir, name), { force: true });
    },
    ...quickly,
  };
  try {
    const artifacts = await electronBuilder({ linux: targets, x64: true, publish: 'never', config });
    for (const [what, why] of Object.entries(SKIPPED)) console.log(`SKIPPED ${what}: ${why}`);
    console.log(`NOT FOR USERS: made with Electron ${version} instead of ${declaredElectron()}`);
    return artifacts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All that electron-builder.yml names for this system, with the declared Electron. */
async function packageOnline(): Promise<string[]> {
  writeSbom(SBOM, declaredElectron());
  const targets = values.target ?? [];
  const platform = { linux: 'linux', darwin: 'mac', win32: 'win' } as const;
  const name = platform[Platform.current().nodeName as keyof typeof platform];
  const config: Configuration = { directories: { output: values.output }, ...feedConfig(), ...quickly };
  const options: CliOptions = { [name]: targets, publish: 'never', config };
  return electronBuilder(options);
}

/** The apps that were packaged, each with its executable and its folder of resources. */
function packagedApps(): { readonly executable: string; readonly resources: string }[] {
  return readdirSync(values.output, { withFileTypes: true }).flatMap((entry) => {
    const folder = join(values.output, entry.name);
    if (!entry.isDirectory()) return [];
    if (entry.name.startsWith('mac')) {
      const contents = join(folder, 'POS Pairing.app/Contents');
      return [{ executable: join(contents, 'MacOS/POS Pairing'), resources: join(contents, 'Resources') }];
    }
    if (!entry.name.endsWith('-unpacked')) return [];
    const executable = entry.name.startsWith('win') ? 'POS Pairing.exe' : 'pos-pairing';
    return [{ executable: join(folder, executable), resources: join(folder, 'resources') }];
  });
}

rmSync(values.output, { recursive: true, force: true });
if (!values.built) build();
const { executable, source } = await ensureElectron();
const artifacts = source === 'official' ? await packageOnline() : await packageOffline(dirname(executable));
copyFileSync(SBOM, join(values.output, 'sbom.cdx.json'));

const apps = packagedApps();
if (apps.length === 0) throw new Error('electron-builder left no app.');
const faults: string[] = [];
for (const app of apps) {
  for (const fault of await appFaults(app.executable, app.resources))
    faults.push(`${app.resources}: ${fault}`);
  console.log(`CHECKED ${app.resources}: fuses, contents, components, policy templates`);
}
for (const file of artifacts) {
  console.log(`BUILT ${relative('.', file)} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB)`);
}
for (const fault of faults) console.error(`FAULT ${fault}`);
// Explicitly: electron-builder's tools end every process well that is left to end by itself.
process.exit(faults.length === 0 ? 0 : 1);
