import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BRIDGE_DOCS, closeCodeRows } from '../../scripts/make-bridge-docs.ts';

it('docs/bridge.md has the close codes as `npm run docs:bridge` writes them', () => {
  const rows = readFileSync(BRIDGE_DOCS, 'utf8')
    .split('\n')
    .filter((line) => /^\| 4\d{3} /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(closeCodeRows());
  expect(rows.length).toBeGreaterThan(15);
});
