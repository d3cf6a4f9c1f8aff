import { failure } from '../failure.ts';

/** Largest answer that is read, in bytes. Credentials are a few kilobytes. */
export const ANSWER_LIMIT = 256 * 1024;

/** The answer is longer than any device's. */
export const tooLarge = () => failure('answer-too-large', `more than ${ANSWER_LIMIT} bytes`);
