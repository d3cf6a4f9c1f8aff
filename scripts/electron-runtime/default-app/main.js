/**
 * What Electron's own default_app.asar does, as far as development and tests need it:
 * `electron [-r MODULE]… APP` loads APP's main module in place of this one.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const words = process.argv.slice(1);
let appPath;
while (words.length > 0 && appPath === undefined) {
  const word = words.shift();
  if (word === '-r' || word === '--require') require(resolve(words.shift()));
  else if (!word.startsWith('-')) appPath = resolve(word);
}
if (appPath === undefined) throw new Error('Usage: electron [-r MODULE] APP');

const { name, productName = name, version = '0.0.0', main = 'index.js' } = require(
  join(appPath, 'package.json'),
);
app.setAppPath(appPath);
app.setName(productName);
app.setVersion(version);
// Awaited at the top level: Electron's "ready" waits for this module, so main may still register schemes.
await import(pathToFileURL(join(appPath, main)).href);
