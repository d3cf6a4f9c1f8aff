import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { showLanguage } from '../../shared/languages.ts';
import { pickLanguage } from '../../shared/pick-language.ts';
import { pseudoLocalized } from '../../shared/pseudo-locale.ts';
import { LANGUAGES, PSEUDO_LANGUAGE, settingsPatchSchema } from '../../shared/settings.ts';

describe('pickLanguage', () => {
  it('takes the first language there are texts for, whatever the region', () => {
    expect(pickLanguage(['xx-YY', 'en-GB', 'zz'])).toBe('en');
    for (const language of LANGUAGES) {
      expect(pickLanguage([language.toLowerCase()])).toBe(language);
      expect(pickLanguage([`${language.split('-')[0]}-ZZ`, 'en'])).toBe(language);
    }
  });

  it('falls back to English', () => {
    expect(pickLanguage([])).toBe('en');
    expect(pickLanguage(['xx', ''])).toBe('en');
  });
});

describe('showLanguage', () => {
  it('changes the texts at once, and back', () => {
    const texts = i18next.createInstance();
    showLanguage(texts, 'en');
    expect(texts.t('common.back')).toBe('Back');
    showLanguage(texts, PSEUDO_LANGUAGE);
    expect(texts.t('common.back')).toBe('[Ɓåååçķ]');
    expect(texts.t('rootCa.trustedSince', { date: '1 May' })).toContain('1 May');
    showLanguage(texts, 'en');
    expect(texts.t('common.back')).toBe('Back');
  });
});

describe('the pseudo-locale', () => {
  it('is about 35 % longer, accented, and keeps the values to put in', () => {
    const text = 'The code has been sent to {{name}} in the middle of the night.';
    const pseudo = pseudoLocalized({ group: { text } }).group.text;
    expect(pseudo).toContain('{{name}}');
    expect(pseudo).not.toContain('code');
    expect(pseudo.length / text.length).toBeGreaterThan(1.25);
    expect(pseudo.length / text.length).toBeLessThan(1.5);
  });

  it('cannot be chosen', () => {
    expect(settingsPatchSchema.safeParse({ language: PSEUDO_LANGUAGE }).success).toBe(false);
  });
});
