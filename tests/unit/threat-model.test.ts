import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../../docs');
const PAGE = readFileSync(join(DOCS, 'threat-model.md'), 'utf8');

/** “The name of a test” with the file it is in. */
const QUOTED = [...PAGE.matchAll(/\[“([^”]+)”\]\(([^)]+)\)/g)].map(([, name = '', file = '']) => ({
  name,
  file: join(DOCS, file),
}));

/** What every attacker's section answers. */
const ANSWERS = ['**Gets**', '**What stops it**', '**Shown by**', '**Left open**'];

describe('the threat model', () => {
  it.each(QUOTED)('quotes a test that is there: $name', ({ name, file }) => {
    expect(existsSync(file), file).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(name);
  });

  it('says of each attacker what it gets, what stops it, which test shows it, and what is left open', () => {
    const sections = PAGE.split(/^## /m).slice(2);
    expect(sections.map((section) => section.split('\n')[0])).toEqual([
      'A guest in the Wi-Fi',
      'A rogue device of the same vendor',
      'A curious cashier',
      'Malware as the same user',
      'A stolen register, or a stolen disk',
      'A malicious web page on the till',
      'An evil policy file',
      'The update feed',
    ]);
    // Each once, in this order.
    for (const section of sections) {
      const labels = [...section.matchAll(/^- (\*\*[^*]+\*\*)/gm)].map(([, label]) => label);
      expect([section.split('\n')[0], ...labels]).toEqual([section.split('\n')[0], ...ANSWERS]);
    }
  });
});
