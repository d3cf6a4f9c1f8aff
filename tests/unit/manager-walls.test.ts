import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, '.cache');
let folder = '';

// Inside the repository, so that packages are found.
beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'manager-walls-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ways around the manager PIN, each one line; and beside them what is allowed, so that the probe proves something. */
const REFUSED = {
  'a grant of one’s own': 'const own: ManagerGrant = {};',
  'a grant that only looks like one': "const alike: ManagerGrant = { of: 'manager' };",
  'a guard that lets everybody in': 'const open: Authorize = () => {};',
  'a guard that makes its own grant': 'const made: Authorize = () => ({});',
  'removing without a guard': 'void removePairing({ vault, pairing, monitor, bridges, tell }, id);',
  'removing behind an open guard':
    'void removePairing({ authorize: () => {}, vault, pairing, monitor, bridges, tell }, id);',
  'trusting behind an open guard': 'void trustRootCas({ ...trustParts, authorize: () => {} }, []);',
  'settings behind an open guard': 'updateSettings({ authorize: () => {}, settings }, {});',
  'export behind an open guard': "exportHistory({ authorize: () => {}, history }, 'csv');",
  'a pairing service without a guard': 'new PairingService({ context, tell, onStored: () => {} });',
  'the vault of the core': 'core.vault.remove(id);',
  'the Root CA of the vault': "core.vault.trustRootCa(rootCa, '');",
  'the stored keys': 'void core.vault.credentials(id);',
  'the Root CA import of the core': "core.rootCaImport.trust('');",
  'the settings of the core': 'core.settings.update({});',
  'the reset without its removals': 'void core.manager.reset(async () => {});',
} as const;
const ALLOWED = {
  'reading the vault': 'core.vault.find(id);',
  'reading the settings': 'core.settings.get();',
  'removing by the core': 'void core.removePairing(id);',
  'removing behind the guard':
    'void removePairing({ authorize, vault, pairing, monitor, bridges, tell }, id);',
  'a guard that hands on a grant': 'const handed: Authorize = () => grant;',
} as const;

const MODULES: Readonly<Record<string, string>> = {
  'access/manager-access.ts': 'type Authorize, type ManagerGrant',
  'bridge/bridges.ts': 'type Bridges',
  'context.ts': 'type CoreContext',
  'core.ts': 'type Core',
  'history/export.ts': 'exportHistory',
  'history/history.ts': 'type History',
  'news.ts': 'type Tell',
  'pairing/pairing-service.ts': 'PairingService',
  'pairings/remove-pairing.ts': 'removePairing',
  'pki/root-ca.ts': 'type RootCa',
  'root-ca/trust-root-cas.ts': 'trustRootCas, type TrustRootCasParts',
  'settings/settings-store.ts': 'type SettingsStore',
  'settings/update-settings.ts': 'updateSettings',
  'status/monitor.ts': 'type ConnectionMonitor',
  'vault/vault.ts': 'type Vault',
};

it('leaves no way around the manager PIN that the compiler would take', () => {
  const core = relative(folder, join(root, 'electron/core'));
  const head = [
    ...Object.entries(MODULES).map(([file, names]) => `import { ${names} } from '${core}/${file}';`),
    'declare const core: Core, vault: Vault, pairing: PairingService, monitor: ConnectionMonitor, bridges: Bridges, tell: Tell;',
    'declare const trustParts: Omit<TrustRootCasParts, "authorize">, rootCa: RootCa;',
    'declare const settings: SettingsStore, history: History, context: CoreContext, id: string;',
    'declare const authorize: Authorize, grant: ManagerGrant;',
  ];
  const ways = Object.entries({ ...REFUSED, ...ALLOWED });
  writeFileSync(join(folder, 'probe.ts'), [...head, ...ways.map(([, line]) => line), ''].join('\n'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'electron/core/tsconfig.json'),
      compilerOptions: {
        composite: false,
        incremental: false,
        emitDeclarationOnly: false,
        noEmit: true,
        noUnusedLocals: false,
      },
      files: ['probe.ts'],
    }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  const refusedLines = new Set(lines.map((line) => Number(/probe\.ts\((\d+),/.exec(line)?.[1] ?? 0)));
  const refused = ways.filter((_, index) => refusedLines.has(head.length + index + 1)).map(([way]) => way);
  expect(refused).toEqual(Object.keys(REFUSED));
  // Nothing else is wrong with the probe.
  expect([...refusedLines].filter((line) => line <= head.length)).toEqual([]);
}, 60_000);
