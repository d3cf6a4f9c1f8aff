import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { type FuseConfig, FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { parse } from 'yaml';
import { z } from 'zod';
import { isOfDevelopment } from '../../electron/adapters/packaged.ts';
import { checklistFaults, strayFaults } from './contents.ts';

const ASAR_LIMIT = 3 * 1024 * 1024;
/** All that belongs in the app's archive. */
const IN_ASAR =
  /^\/(package\.json|out(\/(main(\/main(-[\w-]+)?\.js)?|preload(\/preload\.cjs)?|licences\.json\.gz|renderer(\/.*)?))?)$/;

/** What ships for whoever writes a policy: each file beside app.asar, and where it comes from. */
export const POLICY_FILES: Readonly<Record<string, string>> = {
  'policy/policy.json': 'packaging/policy/policy.json',
  'policy/policy.schema.json': 'docs/schemas/policy.schema.json',
  'policy/pos-pairing.admx': 'packaging/policy/pos-pairing.admx',
  'policy/en-US/pos-pairing.adml': 'packaging/policy/en-US/pos-pairing.adml',
  'policy/de-DE/pos-pairing.adml': 'packaging/policy/de-DE/pos-pairing.adml',
  'policy/pos-pairing.mobileconfig': 'packaging/policy/pos-pairing.mobileconfig',
};

/** Where Electron keeps each fuse of electron-builder's `electronFuses`. */
const FUSES = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
} as const;
type FuseName = keyof typeof FUSES;
const FUSE_NAMES = Object.keys(FUSES) as FuseName[];

const configSchema = z.looseObject({
  electronFuses: z.record(z.enum(FUSE_NAMES), z.boolean()),
});

/** The fuses as electron-builder.yml wants them. */
export function wantedFuses(): Readonly<Record<FuseName, boolean>> {
  return configSchema.parse(parse(readFileSync('electron-builder.yml', 'utf8'))).electronFuses;
}

const isOn = (wire: FuseConfig<FuseState>, fuse: FuseName): boolean | undefined => {
  const state = wire[FUSES[fuse]];
  if (state === FuseState.ENABLE) return true;
  return state === FuseState.DISABLE ? false : undefined;
};

/** What is wrong with the fuses read back from an executable, one sentence each. */
export async function fuseFaults(executable: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(executable);
  return Object.entries(wantedFuses()).flatMap(([name, wanted]) => {
    const found = isOn(wire, name as FuseName);
    return found === wanted ? [] : [`The fuse ${name} is ${found ?? 'not there'}, and should be ${wanted}.`];
  });
}

/** What is wrong with the app's archive. */
export function asarFaults(asar: string): string[] {
  const faults: string[] = [];
  const { size } = statSync(asar);
  if (size > ASAR_LIMIT) faults.push(`app.asar has ${size} bytes; ${ASAR_LIMIT} are the limit.`);
  const files = listPackage(asar, { isPack: false }).map((file) => file.replaceAll('\\', '/'));
  const strangers = files.filter((file) => !IN_ASAR.test(file) || file.endsWith('.map'));
  if (strangers.length > 0) faults.push(`app.asar has what is no production code: ${strangers.join(', ')}.`);
  for (const needed of ['/out/main/main.js', '/out/licences.json.gz', '/out/renderer/index.html']) {
    if (!files.includes(needed)) faults.push(`app.asar lacks ${needed}.`);
  }
  return faults;
}

/** Whether the app in an archive would take what only development builds do, as that app finds out. */
export const manifestFaults = (asar: string): string[] =>
  isOfDevelopment(() => extractFile(asar, 'package.json').toString())
    ? ['package.json in app.asar is that of a development build.']
    : [];

/** What is wrong with the files that ship for whoever writes a policy. */
export const policyFaults = (resources: string): string[] =>
  Object.entries(POLICY_FILES).flatMap(([name, source]) => {
    const file = join(resources, name);
    if (!existsSync(file)) return [`${name} is missing.`];
    return readFileSync(file).equals(readFileSync(source)) ? [] : [`${name} is not ${source}.`];
  });

/** What is wrong with an app that electron-builder has put together. */
export async function appFaults(executable: string, resources: string): Promise<string[]> {
  const asar = join(resources, 'app.asar');
  const faults = [
    ...(await fuseFaults(executable)),
    ...[asarFaults, manifestFaults, strayFaults, checklistFaults].flatMap((faultsOf) => faultsOf(asar)),
  ];
  if (existsSync(join(resources, 'default_app.asar')))
    faults.push('Electron’s own start page is still there.');
  if (!existsSync(join(resources, 'sbom.cdx.json'))) faults.push('The list of components is missing.');
  faults.push(...policyFaults(resources));
  return faults;
}
