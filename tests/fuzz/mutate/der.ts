import { type Choices, pick } from '../choices.ts';
import { mutateBytes } from './bytes.ts';

/** An element of DER (X.690 section 8.1) whose tag is one byte; `children` where its content is elements again. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly children: readonly Element[] | undefined;
}

const CONSTRUCTED = 0x20;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const MOST_DEPTH = 24;
/** Types that a reader may not expect where it finds them. */
const TAGS = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0x87, 0xa0,
  0xa3, 0xbf,
] as const;

/** The elements that make up all of `data`; undefined when it is something else. */
function parse(data: Buffer, depth = 0): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < data.length; ) {
    const [tag = 0, first = 0] = data.subarray(at, at + 2);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (at + 2 + lengthBytes > data.length || first === 0x80 || lengthBytes > 4 || (tag & 0x1f) === 0x1f)
      return undefined;
    const start = at + 2 + lengthBytes;
    const end = start + (lengthBytes === 0 ? first : data.readUIntBE(at + 2, lengthBytes));
    if (end > data.length) return undefined;
    const content = data.subarray(start, end);
    const mayHold = (tag & CONSTRUCTED) !== 0 || tag === OCTET_STRING;
    elements.push({
      tag,
      content,
      children: mayHold && depth < MOST_DEPTH ? parse(content, depth + 1) : undefined,
    });
    at = end;
  }
  return elements;
}

function encode({ tag, content, children }: Element): Buffer {
  const body = children ? Buffer.concat(children.map(encode)) : content;
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes = [length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff];
  const from = bytes.findIndex((byte) => byte !== 0);
  return [0x80 | (4 - from), ...bytes.slice(from)];
}

const count = (elements: readonly Element[]): number =>
  elements.reduce((sum, { children }) => sum + 1 + (children ? count(children) : 0), 0);

const isText = (tag: number) => [0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x82, BIT_STRING].includes(tag);

/** Changes one element into any number of others. */
function change(element: Element, choices: Choices): Element[] {
  const { tag, content, children } = element;
  const leaf = (changed: Buffer): Element => ({ tag, content: changed, children: undefined });
  switch (choices.below(10)) {
    case 0:
      return [];
    case 1:
      return [element, element];
    case 2:
      return [{ ...element, tag: pick(choices, TAGS) }];
    case 3:
      return [{ ...element, tag: choices.below(256) }];
    case 4:
      return [leaf(mutateBytes(children ? Buffer.concat(children.map(encode)) : content, choices))];
    case 5:
      return [leaf(Buffer.alloc(choices.below(3) === 0 ? choices.below(4_000) : 0, choices.below(256)))];
    case 6:
      return [{ tag: pick(choices, [0x30, 0x31, 0x04, 0xa0]), content, children: [element] }];
    case 7:
      return children
        ? [{ ...element, children: children.toReversed() }]
        : [leaf(Buffer.from(content).reverse())];
    case 8:
      return isText(tag)
        ? [
            leaf(
              Buffer.from(
                pick(choices, ['', '\0', 'a\0b', '99', '991301000000Z', '\x80', '\xff'.repeat(9)]),
                'latin1',
              ),
            ),
          ]
        : [leaf(Buffer.from([0x80, ...content.subarray(0, choices.below(40))]))];
    default: {
      // Deeper than any honest encoder goes.
      let nested = element;
      for (let left = 1 << choices.below(11); left > 0; left -= 1)
        nested = { tag: 0x30, content: Buffer.alloc(0), children: [nested] };
      return [nested];
    }
  }
}

function changeNth(elements: readonly Element[], nth: number, choices: Choices): Element[] {
  let left = nth;
  return elements.flatMap((element) => {
    const here = left;
    left -= 1 + (element.children ? count(element.children) : 0);
    if (here < 0 || left >= 0) return [element];
    if (here === 0) return change(element, choices);
    return [{ ...element, children: changeNth(element.children ?? [], here - 1, choices) }];
  });
}

/** One change of one element of DER; the lengths around it are made to fit, so the rest can still be read. */
export function mutateDer(der: Buffer, choices: Choices): Buffer {
  const elements = choices.below(6) === 0 ? undefined : parse(der);
  if (!elements || elements.length === 0) return mutateBytes(der, choices);
  return Buffer.concat(changeNth(elements, choices.below(count(elements)), choices).map(encode));
}
