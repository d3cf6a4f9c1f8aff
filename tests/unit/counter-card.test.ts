import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cardPages } from '../../scripts/counter-card/card.tsx';
import { COUNTER_CARD, cardOrigin } from '../../scripts/make-counter-card.ts';
import { TEXTS } from '../../shared/languages.ts';
import { LANGUAGES } from '../../shared/settings.ts';

const pages = cardPages();
const pdf = readFileSync(COUNTER_CARD, 'latin1');

describe('the card for the counter', () => {
  it.each(LANGUAGES)('has the seven steps in %s, with the words of the app’s own buttons', (language) => {
    const { home, pair, identity, success, panel, taps } = TEXTS[language];
    const words = [home.pair, pair.submit, identity.yes, success.title, panel.details];
    expect(words.filter((word) => !pages[language].includes(word))).toEqual([]);
    const steps = [...pages[language].matchAll(/card-number">(\d)<\/span><span>([^<]+)</g)];
    expect(steps.map(([, number]) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect([steps[3]?.[2], steps[4]?.[2]]).toEqual([taps.close.title, taps.connect.title]);
    expect(pages[language]).not.toMatch(/\{\{|card\.[a-z]+\b(?!-)/);
  });

  it('has a page for each language in docs/counter-card.pdf', () => {
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(LANGUAGES.length);
  });

  it('is printed from today’s texts and drawings (else: `npm run counter-card`)', () => {
    expect(pdf.trimEnd().endsWith(cardOrigin(pages))).toBe(true);
  });
});
