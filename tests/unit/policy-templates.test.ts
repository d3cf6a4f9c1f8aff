import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { expect, it } from 'vitest';
import { type Policy, policySchema } from '../../electron/core/policy/policy-schema.ts';
import { LOCKABLE } from '../../shared/policy.ts';
import { LANGUAGES } from '../../shared/settings.ts';
import { UPDATE_MODES } from '../../shared/updates.ts';

const folder = resolve(import.meta.dirname, '../../packaging/policy');
const KEY = 'SOFTWARE\\Policies\\POS Pairing';

/** Fails on anything that is not well-formed. */
function parse(name: string): Element {
  const complaints: string[] = [];
  const complain = (message: string) => complaints.push(message);
  const document = new DOMParser({
    errorHandler: { warning: complain, error: complain, fatalError: complain },
  }).parseFromString(readFileSync(join(folder, name), 'utf8'), 'text/xml');
  expect(complaints).toEqual([]);
  return document.documentElement;
}

const all = (element: Element, name: string): Element[] => Array.from(element.getElementsByTagName(name));
const attributes = (elements: readonly Element[], name: string): string[] =>
  elements.map((element) => element.getAttribute(name) ?? '');

it('the template for group policy has the keys of the schema, each of its kind', () => {
  const policies = all(parse('pos-pairing.admx'), 'policy');
  expect(attributes(policies, 'name').sort()).toEqual(
    policySchema
      .keyof()
      .options.filter((key) => key !== '$schema')
      .sort(),
  );
  expect(new Set(attributes(policies, 'key'))).toEqual(new Set([KEY]));
  // What a user could set for themselves is no policy.
  expect(new Set(attributes(policies, 'class'))).toEqual(new Set(['Machine']));
  for (const policy of policies) {
    const name = policy.getAttribute('name') as Exclude<keyof Policy, '$schema'>;
    const takes = (value: unknown) => policySchema.shape[name].safeParse(value).success;
    if (policy.getAttribute('valueName') === name) {
      expect(takes(true), name).toBe(true);
      const values = ['enabledValue', 'disabledValue'].flatMap((each) => all(policy, each));
      expect(values.flatMap((value) => attributes(all(value, 'decimal'), 'value'))).toEqual(['1', '0']);
      continue;
    }
    const [list] = all(policy, 'list');
    const [decimal] = all(policy, 'decimal');
    const [choice] = all(policy, 'enum');
    if (list) {
      expect(takes([]), name).toBe(true);
      expect(list.getAttribute('key')).toBe(`${KEY}\\${name}`);
    } else if (decimal) {
      const [least, most] = ['minValue', 'maxValue'].map((end) => Number(decimal.getAttribute(end)));
      expect([least, most].map(takes), name).toEqual([true, true]);
      expect([(least ?? 0) - 1, (most ?? 0) + 1].map(takes), name).toEqual([false, false]);
      expect(decimal.getAttribute('valueName')).toBe(name);
    } else if (choice) {
      const values = all(choice, 'string').map(({ textContent }) => textContent);
      expect(values).toEqual(name === 'updates' ? UPDATE_MODES : ['system', ...LANGUAGES]);
      expect(values.map(takes)).not.toContain(false);
    } else expect(attributes(all(policy, 'text'), 'valueName'), name).toEqual([name]);
  }
});

it.each(['en-US', 'de-DE'])('the texts in %s are those that the template asks for', (language) => {
  const template = readFileSync(join(folder, 'pos-pairing.admx'), 'utf8');
  const texts = parse(`${language}/pos-pairing.adml`);
  const asked = (kind: string) =>
    [
      ...new Set([...template.matchAll(new RegExp(`\\$\\(${kind}\\.(\\w+)\\)`, 'g'))].map(([, id]) => id)),
    ].sort();
  // "presentation" alone: the table is named otherwise.
  expect(attributes(all(texts, 'presentation'), 'id').sort()).toEqual(asked('presentation'));
  const strings = all(texts, 'string');
  expect(attributes(strings, 'id').sort()).toEqual(asked('string'));
  expect(strings.filter(({ textContent }) => !textContent?.trim())).toEqual([]);
  for (const presentation of all(texts, 'presentation')) {
    const controls = ['textBox', 'decimalTextBox', 'listBox', 'dropdownList'];
    const refs = controls.flatMap((control) => attributes(all(presentation, control), 'refId'));
    expect(refs).toEqual([presentation.getAttribute('id')]);
  }
  const locked = strings.find((each) => each.getAttribute('id') === 'locked_Explain')?.textContent ?? '';
  expect(LOCKABLE.filter((name) => !locked.includes(name))).toEqual([]);
});

it('the macOS profile sets keys of the schema, as it wants them', () => {
  const settings = all(parse('pos-pairing.mobileconfig'), 'key').find(
    ({ textContent }) => textContent === 'mcx_preference_settings',
  );
  let dict = settings?.nextSibling ?? null;
  while (dict && dict.nodeName !== 'dict') dict = dict.nextSibling;
  const values = Array.from(dict?.childNodes ?? []).filter(({ nodeType }) => nodeType === 1) as Element[];
  const entries = values.flatMap((key, index) => {
    const value = values[index + 1];
    return key.tagName === 'key' && value ? [[key.textContent ?? '', plistValue(value)] as const] : [];
  });
  expect(entries.length).toBeGreaterThan(4);
  expect(policySchema.parse(Object.fromEntries(entries))).toMatchObject({
    allowExport: false,
    defaultPort: 8443,
  });
});

function plistValue(element: Element): unknown {
  switch (element.tagName) {
    case 'integer':
      return Number(element.textContent);
    case 'true':
    case 'false':
      return element.tagName === 'true';
    case 'array':
      return all(element, 'string').map(({ textContent }) => textContent);
    default:
      return element.textContent;
  }
}

it('the example file is a policy', () => {
  const example: unknown = JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8'));
  expect(policySchema.parse(example)).toMatchObject({ locked: expect.arrayContaining(['rootCas']) });
});

it('the page for IT names every key and everything that can be locked', () => {
  const page = readFileSync(resolve(folder, '../../docs/policy.md'), 'utf8');
  const names = [...policySchema.keyof().options, ...LOCKABLE].filter((name) => name !== '$schema');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
