import { randomInt } from 'node:crypto';

/** Without what looks like something else in some font: 0 and o, 1, l and i. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LENGTH = 4;

const group = (): string =>
  Array.from({ length: GROUP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** A password of 99 bits that can be read out and typed: five groups of four, joined by hyphens. */
export const generateKitPassword = (): string => Array.from({ length: GROUPS }, group).join('-');
