import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { TraceFinder } from './traces.ts';

/** One trace found in the memory of a process. */
export interface FoundInMemory {
  readonly name: string;
  /** As `/proc/PID/maps` calls it: a file, `[heap]`, `[stack]`; '' for memory without a name. */
  readonly region: string;
  /** Whether other processes have the same memory. */
  readonly shared: boolean;
  /** What stands before and behind it, a character for each byte. */
  readonly around: string;
}

const AROUND = 80;
const PAGE = 4096;
const BLOCK = 256 * PAGE;
/** Of an entry of `/proc/PID/pagemap`, in its upper half: the page is in memory, or swapped out. */
const THERE = 0xc0000000;

interface Region {
  readonly from: bigint;
  readonly to: bigint;
  readonly name: string;
  readonly shared: boolean;
}

/** What the process can have written: not what it only maps from files. */
function writableRegions(pid: number): Region[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, from, to, permissions = '', name = ''] =
        /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      if (from === undefined || to === undefined || permissions[1] !== 'w') return [];
      const shared = permissions[3] === 's';
      return [{ from: BigInt(`0x${from}`), to: BigInt(`0x${to}`), name, shared }];
    });
}

/** Whether this process may look (Linux: root, or the same user unless the other one forbids it). */
export function mayRead(pid: number): boolean {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, 'r'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Searches all that a process of this machine has in memory (Linux). Pages it has given back or never touched are
 * skipped. A trace across two blocks of 1 MiB is found in the first.
 */
export function searchMemory(pid: number, finder: TraceFinder): FoundInMemory[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  const found: FoundInMemory[] = [];
  const block = Buffer.alloc(BLOCK + finder.longest - 1);
  const entries = new Uint32Array((BLOCK / PAGE) * 2);
  const isThere = (at: bigint): boolean => {
    const size = readSync(pages, new Uint8Array(entries.buffer), 0, entries.byteLength, (at / 4096n) * 8n);
    return entries.subarray(0, size / 4).some((half, i) => i % 2 === 1 && (half & THERE) !== 0);
  };
  try {
    for (const { from, to, name, shared } of writableRegions(pid)) {
      for (let at = from; at < to; at += BigInt(BLOCK)) {
        if (!isThere(at)) continue;
        const length = Number(to - at < BigInt(block.length) ? to - at : BigInt(block.length));
        let size = 0;
        try {
          size = readSync(memory, block, 0, length, at);
        } catch {
          // Gone meanwhile, or memory of a device.
          continue;
        }
        for (const trace of finder.find(block.subarray(0, size))) {
          const around = block.toString(
            'latin1',
            Math.max(0, trace.at - AROUND),
            Math.min(size, trace.at + trace.bytes.length + AROUND),
          );
          found.push({ name: trace.name, region: name, shared, around });
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pages);
  }
  return found;
}
