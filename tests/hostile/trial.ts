import type { Timing } from '../../electron/core/context.ts';
import type { Transport } from '../../shared/inputs.ts';
import type { Difference } from './differences.ts';
import type { Outcome } from './job.ts';

export const CLASSES = ['chains', 'answers', 'wire'] as const;
export type HostileClass = (typeof CLASSES)[number];

/** A hostile device that listens, and what a register is to know of it. */
export interface Stage {
  readonly port: number;
  readonly rootCaFiles: readonly string[];
  readonly addedDaysAgo?: number;
  readonly timing?: Partial<Timing>;
  /** What the register has sent within TLS, as far as the device could read it. */
  heard(): string;
  stop(): Promise<void>;
}

export interface Verdict {
  /** In one word of the tables. */
  readonly word: string;
  /** What is wrong about it; empty when it is as expected. */
  readonly problems: readonly string[];
}

/** One hostile device, met by one register. */
export interface Trial {
  readonly class: HostileClass;
  readonly group: string;
  readonly name: string;
  readonly transport: Transport;
  /** Why the runtimes may come to different verdicts; left out: they must not. */
  readonly because?: Difference | undefined;
  /** Its keys, made before anybody waits for them. */
  prepare(): void;
  stage(): Promise<Stage>;
  judge(outcome: Outcome, heard: string, isBoringSsl: boolean): Verdict;
}

/** What holds for every outcome, whatever the device did. */
export function problemsOfAny({ code, leaked, detail }: Outcome): string[] {
  return [
    ...(code === 'internal' ? [`not foreseen: ${detail}`] : []),
    ...(leaked ? ['the code or a key stands in what was told'] : []),
  ];
}
