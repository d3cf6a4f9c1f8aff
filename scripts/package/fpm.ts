import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Stands in for fpm where that cannot be downloaded: takes the arguments that electron-builder gives it and builds
 * the same package with the distributions' own tools, dpkg-deb or rpmbuild. Any other argument is an error.
 */
const { values, positionals } = parseArgs({
  options: {
    s: { type: 'string', short: 's' },
    t: { type: 'string', short: 't' },
    force: { type: 'boolean' },
    depends: { type: 'string', short: 'd', multiple: true },
    'deb-recommends': { type: 'string', multiple: true },
    'deb-compression': { type: 'string' },
    'deb-priority': { type: 'string' },
    'rpm-os': { type: 'string' },
    'rpm-compression': { type: 'string' },
    'rpm-summary': { type: 'string' },
    architecture: { type: 'string' },
    'after-install': { type: 'string' },
    'after-remove': { type: 'string' },
    description: { type: 'string' },
    version: { type: 'string' },
    package: { type: 'string' },
    name: { type: 'string' },
    maintainer: { type: 'string' },
    vendor: { type: 'string' },
    url: { type: 'string' },
    license: { type: 'string' },
  },
  allowPositionals: true,
});

function given<Name extends keyof typeof values>(name: Name): NonNullable<(typeof values)[Name]> {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing.`);
  return value;
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}.`);
}

/** All regular files and links below `folder`, and the folders themselves. */
function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* walk(path);
  }
}

/** Copies what each SOURCE=TARGET names into `root`; a source with a slash at its end stands for what is in it. */
function layOut(root: string): void {
  for (const mapping of positionals) {
    const [source = '', target = ''] = mapping.split('=');
    const into = join(root, target);
    mkdirSync(dirname(into), { recursive: true });
    if (statSync(source).isDirectory()) cpSync(source, into, { recursive: true, verbatimSymlinks: true });
    else copyFileSync(source, into);
  }
  // Whoever builds may have a stricter umask; what is installed is for everybody to read.
  for (const path of walk(root)) {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) continue;
    chmodSync(path, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

function buildDeb(root: string): void {
  const bytes = [...walk(root)].reduce((sum, path) => sum + lstatSync(path).size, 0);
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const fields: Record<string, string> = {
    Package: given('name'),
    Version: given('version'),
    Architecture: given('architecture'),
    Maintainer: given('maintainer'),
    Vendor: given('vendor'),
    License: given('license'),
    'Installed-Size': String(Math.ceil(bytes / 1024)),
    Depends: given('depends').join(', '),
    ...(values['deb-recommends'] && { Recommends: values['deb-recommends'].join(', ') }),
    Section: 'default',
    Priority: given('deb-priority'),
    Homepage: given('url'),
    // The first line is the synopsis; electron-builder indents the others already.
    Description: given('description'),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(control, 'control'), lines.join(''));
  for (const [option, script] of [
    ['after-install', 'postinst'],
    ['after-remove', 'postrm'],
  ] as const) {
    copyFileSync(given(option), join(control, script));
    chmodSync(join(control, script), 0o755);
  }
  const compression = given('deb-compression') === 'gz' ? ['-Zgzip', '-z1'] : ['-Zxz'];
  run('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, resolve(given('package'))]);
}

/** electron-builder gives Debian's names. */
const RPM_ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

function buildRpm(root: string, work: string): void {
  const read = (option: 'after-install' | 'after-remove') =>
    readFileSync(given(option), 'utf8').replaceAll('%', '%%');
  // Folders that belong to the package itself; all others are the system's.
  const own = (path: string) => path.startsWith(join(root, 'opt/'));
  const files = [...walk(root)].filter((path) => own(path) || !lstatSync(path).isDirectory());
  const listed = files.map((path) => {
    const directory = lstatSync(path).isDirectory() ? '%dir ' : '';
    return `${directory}"${path.slice(root.length)}"`;
  });
  const spec = join(work, `${given('name')}.spec`);
  writeFileSync(
    spec,
    `%define __os_install_post %{nil}
%define _build_id_links none
%define _binary_payload ${given('rpm-compression') === 'gzip' ? 'w1.gzdio' : 'w6T0.xzdio'}
AutoReqProv: no
Name: ${given('name')}
Version: ${given('version')}
Release: 1
Summary: ${given('rpm-summary')}
License: ${given('license')}
Vendor: ${given('vendor')}
Packager: ${given('maintainer')}
URL: ${given('url')}
${given('depends')
  .map((name) => `Requires: ${name}\n`)
  .join('')}
%description
${given('description')}

%post -p /bin/bash
${read('after-install')}

%postun -p /bin/bash
# An upgrade removes the old version after the new one is in place.
if [ "$1" = 0 ]; then
${read('after-remove')}
fi

%files
%defattr(-,root,root,-)
${listed.join('\n')}
`,
  );
  const define = (name: string, value: string) => ['--define', `${name} ${value}`];
  run('rpmbuild', [
    ...['-bb', '--quiet', '--nodebuginfo', '--buildroot', root],
    ...['--target', `${RPM_ARCHITECTURES[given('architecture')]}-unknown-${given('rpm-os')}`],
    ...define('_topdir', join(work, 'rpm')),
    ...define('_rpmdir', join(work, 'out')),
    ...define('_rpmfilename', basename(given('package'))),
    spec,
  ]);
  copyFileSync(join(work, 'out', basename(given('package'))), given('package'));
}

const work = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const root = join(work, 'root');
  mkdirSync(root);
  layOut(root);
  if (given('t') === 'deb') buildDeb(root);
  else if (given('t') === 'rpm') buildRpm(root, work);
  else throw new Error(`Cannot build ${given('t')}.`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
