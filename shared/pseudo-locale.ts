const ACCENTED: Readonly<Record<string, string>> = {
  ...{
    a: 'å',
    b: 'ƀ',
    c: 'ç',
    d: 'ð',
    e: 'é',
    f: 'ƒ',
    g: 'ĝ',
    h: 'ĥ',
    i: 'î',
    j: 'ĵ',
    k: 'ķ',
    l: 'ļ',
    m: 'ɱ',
  },
  ...{
    n: 'ñ',
    o: 'ö',
    p: 'þ',
    q: 'ǫ',
    r: 'ŕ',
    s: 'š',
    t: 'ţ',
    u: 'û',
    v: 'ṽ',
    w: 'ŵ',
    x: 'ẋ',
    y: 'ý',
    z: 'ž',
  },
  ...{
    A: 'Å',
    B: 'Ɓ',
    C: 'Ç',
    D: 'Ð',
    E: 'É',
    F: 'Ƒ',
    G: 'Ĝ',
    H: 'Ĥ',
    I: 'Î',
    J: 'Ĵ',
    K: 'Ķ',
    L: 'Ļ',
    M: 'Ṁ',
  },
  ...{
    N: 'Ñ',
    O: 'Ö',
    P: 'Þ',
    Q: 'Ǫ',
    R: 'Ŕ',
    S: 'Š',
    T: 'Ţ',
    U: 'Û',
    V: 'Ṽ',
    W: 'Ŵ',
    X: 'Ẋ',
    Y: 'Ý',
    Z: 'Ž',
  },
};
/** How much longer than the English one a translated text may well be. */
const GROWTH = 0.35;
const VOWELS = /[aeiou]/gi;
const PLACEHOLDER = /(\{\{[^}]*\}\})/;

/** Words with doubled vowels break where real words break; a row of filler would not. */
function lengthened(text: string): string {
  let missing = Math.ceil(text.length * GROWTH);
  const vowels = text.match(VOWELS)?.length ?? 0;
  return text.replace(VOWELS, (vowel) => {
    const more = vowels === 0 ? 0 : Math.min(missing, Math.ceil((text.length * GROWTH) / vowels));
    missing -= more;
    return vowel.repeat(1 + more);
  });
}

const disguised = (text: string): string =>
  text
    .split(PLACEHOLDER)
    .map((part) =>
      PLACEHOLDER.test(part) ? part : [...lengthened(part)].map((c) => ACCENTED[c] ?? c).join(''),
    )
    .join('');

/**
 * A language for layout tests: the English texts with accents, about 35 % longer, between brackets. What shows
 * without accents is not translated; a bracket that is missing was cut off.
 */
export function pseudoLocalized<T>(texts: T): T;
export function pseudoLocalized(texts: unknown): unknown {
  if (typeof texts === 'string') return `[${disguised(texts)}]`;
  if (typeof texts !== 'object' || texts === null) return texts;
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, pseudoLocalized(value)]));
}
