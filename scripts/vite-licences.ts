import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { z } from 'zod';

/** Something that ships with the app and is not the app's own. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string().min(1) });
const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;
const NOTICE_FILE = /^notice(\.(md|txt))?$/i;

const CHROMIUM = `Electron contains Chromium, Node.js, V8, FFmpeg and further components. Their licences are in the file
LICENSES.chromium.html, which is part of Electron's release and is installed beside the app on Windows and Linux.`;

/** The folder of the package a module belongs to, or undefined for the app's own modules. */
export function packageFolder(moduleId: string): string | undefined {
  const [path = ''] = moduleId.replaceAll('\\', '/').replaceAll('\0', '').split('?');
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

/** Throws when the package has no licence, or comes without the text that has to be passed on. */
export function readLicence(folder: string): Licence {
  const parsed = packageSchema.safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  if (!parsed.success) throw new Error(`${folder} is bundled, but its package.json names no licence.`);
  const { name, version, license } = parsed.data;
  const files = readdirSync(folder).sort();
  const licenceFile = files.find((file) => LICENCE_FILE.test(file));
  if (!licenceFile) throw new Error(`${name} ${version} is bundled, but has no licence text.`);
  const text = [licenceFile, ...files.filter((file) => NOTICE_FILE.test(file))]
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');
  return { name, version, licence: license, text };
}

function electronLicences(): Licence[] {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const electron = { ...readLicence(folder), name: 'Electron' };
  const chromium = {
    name: 'Chromium, Node.js and others in Electron',
    licence: 'BSD-3-Clause, MIT and others',
  };
  return [electron, { ...chromium, version: electron.version, text: CHROMIUM }];
}

/**
 * Writes what ships with the app to `file`, as JSON in gzip since licences say much of the same: every package with code in one of the bundles, and Electron. The build
 * fails when one of them has no licence.
 */
export function licences(file: string): Plugin {
  const folders = new Set<string>();
  return {
    name: 'licences',
    apply: 'build',
    // One instance sees the bundles of all environments.
    sharedDuringBuild: true,
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const [moduleId, { renderedLength }] of Object.entries(chunk.modules)) {
          const folder = packageFolder(moduleId);
          if (folder && renderedLength > 0) folders.add(folder);
        }
      }
    },
    buildApp: {
      order: 'post',
      async handler() {
        const packages = [...folders].map(readLicence).sort((a, b) => (a.name < b.name ? -1 : 1));
        writeFileSync(file, gzipSync(JSON.stringify([...electronLicences(), ...packages])));
      },
    },
  };
}
