/** WebSocket frames of a server (RFC 6455 section 5.2), right and wrong. */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits, as a number of 0 to 7. */
  readonly reserved?: number;
  /** A server must not mask. */
  readonly masked?: boolean;
  /** The length that is stated, if it is not that of the payload. */
  readonly length?: number | bigint;
}

export function frame(
  opcode: number,
  payload: Uint8Array | string = '',
  { fin = true, reserved = 0, masked = false, length }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as string);
  const stated = BigInt(length ?? body.length);
  const maskBit = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const extended = Buffer.alloc(8);
  extended.writeBigUInt64BE(stated);
  const size =
    stated < 126n
      ? [maskBit | Number(stated)]
      : stated < 65_536n
        ? [maskBit | 126, ...extended.subarray(6)]
        : [maskBit | 127, ...extended];
  return Buffer.concat([Buffer.from([first, ...size]), masked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

export const text = (words: Uint8Array | string): Buffer => frame(OPCODE.text, words);

export const close = (code?: number, reason = ''): Buffer =>
  frame(
    OPCODE.close,
    code === undefined ? '' : Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]),
  );
