import { type Row, Tally } from '../long-tests/result.ts';
import { type Figures, slopeOf } from './figures.ts';

/** JavaScript's, and all of the process: only there it shows what is held outside of JavaScript and never freed. */
const MEMORY = { heap: 'the heap', rss: 'the process' } as const;
type Memory = keyof typeof MEMORY;
const MEMORIES: readonly Memory[] = ['heap', 'rss'];

export interface Plan {
  readonly name: string;
  readonly arguments: readonly string[];
  /** What is counted. */
  readonly unit: string;
  /** Bytes by which each part of memory may grow with each of them. */
  readonly bound: Readonly<Record<Memory, number>>;
  /** For how many of them growth is told. */
  readonly many: number;
}

export interface Course {
  readonly samples: readonly Figures[];
  /** In words. */
  readonly wrong: readonly string[];
  readonly facts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Handles that come and go with the system, such as one for a random number. */
const MORE_HANDLES = 2;

/** Without the first quarter, in which code is compiled and caches are filled. */
const afterWarmUp = ({ samples }: Course): readonly Figures[] => samples.slice(Math.ceil(samples.length / 4));

const slope = (course: Course, memory: Memory): number =>
  slopeOf(afterWarmUp(course), (figures) => figures[memory]);

const size = (bytes: number): string =>
  Math.abs(bytes) < 10_240
    ? `${bytes.toFixed(bytes % 1 === 0 ? 0 : 1)} B`
    : `${(bytes / 1024).toFixed(1)} KiB`;

/** Growth and its bound, in words. */
function growthOf({ unit, bound, many }: Plan, course: Course, memory: Memory): string {
  const each = many === 1 ? `a ${unit}` : `for ${many.toLocaleString('en')} ${unit}s`;
  return `${MEMORY[memory]} ${size(slope(course, memory) * many)} ${each}, at most ${size(bound[memory] * many)}`;
}

/** Of all memory, in words. */
export const growthIn = (plan: Plan, course: Course): string =>
  MEMORIES.map((memory) => growthOf(plan, course, memory)).join('; ');

export function judgeCourse(plan: Plan, course: Course): Row[] {
  const { name, bound } = plan;
  const work = new Tally();
  const done = Object.entries(course.facts).map(([what, number]) => `${number.toLocaleString('en')} ${what}`);
  work.judge(course.wrong, done.join(', '));
  const memory = new Tally();
  for (const each of MEMORIES) {
    const growth = growthOf(plan, course, each);
    memory.judge(slope(course, each) <= bound[each] ? [] : [`growth of ${growth}`], growth);
  }
  const handles = new Tally();
  const [first, ...later] = afterWarmUp(course);
  const grown = later.filter(
    ({ files, resources }) =>
      first && (files > first.files + MORE_HANDLES || resources > first.resources + MORE_HANDLES),
  );
  const last = later.at(-1);
  const told = `${first?.files} files and ${first?.resources} resources, in the end ${last?.files} and ${last?.resources}`;
  handles.judge(
    first && last
      ? grown.map(({ at, files, resources }) => `at ${at}: ${files} files, ${resources} resources`)
      : ['too few samples'],
    told,
  );
  return [
    work.row(name, `${name}: the work`),
    memory.row(name, `${name}: growth of memory`),
    handles.row(name, `${name}: handles`),
  ];
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

export const tableOfCourse = ({ samples }: Course): string =>
  [
    '| After | Heap, MiB | External, MiB | Process, MiB | Open files | Resources |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...samples.map(
      ({ at, heap, external, rss, files, resources }) =>
        `| ${at.toLocaleString('en')} | ${mib(heap)} | ${mib(external)} | ${mib(rss)} | ${files} | ${resources} |`,
    ),
  ].join('\n');
