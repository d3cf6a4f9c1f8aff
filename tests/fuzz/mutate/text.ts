import { type Choices, pick } from '../choices.ts';
import { MOST_BYTES } from './bytes.ts';

/** What readers of text stumble over: other widths, ligatures that become long, marks without width, halves. */
const NASTY = [
  ...['\0', '\n', '\r\n', '\t', ' ', '\\', '"', "'", '%00', '%2e', '../', '\u001b[2J', '\u007f'],
  ...['\u00a0', '\u00ad', '\u200b', '\u200d', '\u2028', '\u202e', '\u2060', '\u3000', '\ufeff', '\ufffd'],
  ...['\ufb03', '\ufdfa', '\u0130', '\u1e9e', '\u0301', '\u2460', '\uff18', '\uff11', '\uff1a', '\u2100'],
  ...['\ud800', '\udfff', '\u{1d7d8}', '\u{1f9fe}', '\u{e0041}', '١', '८', '․', '。', '⁄'],
  ...['0', '-0', '1e999', '__proto__', 'constructor', 'null', '{}', '[]', '$&', '{hostname}'],
] as const;

/** One change of a text, by its UTF-16 code units; `tokens` are words of its own language. */
export function mutateText(text: string, choices: Choices, tokens: readonly string[] = []): string {
  const at = choices.below(text.length + 1);
  const length = 1 + choices.below(choices.below(4) === 0 ? 64 : 6);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const token = tokens[choices.below(tokens.length)];
  switch (choices.below(10)) {
    case 0:
      return before + pick(choices, NASTY) + after;
    case 1:
      return before + pick(choices, NASTY) + after.slice(1);
    case 2:
      return before + after.slice(length);
    case 3:
      return (
        before + String.fromCharCode(choices.below(choices.below(3) === 0 ? 0x10000 : 0x80)) + after.slice(1)
      );
    case 4:
      return (before + text.slice(choices.below(text.length + 1)) + after).slice(0, MOST_BYTES);
    case 5:
      return after + before;
    case 6:
      return before + after.charAt(0).repeat(1 << choices.below(12)) + after.slice(1);
    case 7:
      return choices.below(2) === 0 ? text.toUpperCase() : text.toLowerCase();
    case 8:
      return token === undefined ? before : before + token + after;
    default:
      return token === undefined ? before : before + token + after.slice(length);
  }
}
