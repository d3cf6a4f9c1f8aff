import { type Row, Tally } from '../long-tests/result.ts';
import { type Figures, slopeOf } from './figures.ts';

export interface Plan {
  readonly name: string;
  readonly arguments: readonly string[];
  /** What is counted. */
  readonly unit: string;
  /** Bytes by which the heap may grow with each of them. */
  readonly bound: number;
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

const heapSlope = (course: Course): number => slopeOf(afterWarmUp(course), ({ heap }) => heap);

const size = (bytes: number): string =>
  Math.abs(bytes) < 10_240
    ? `${bytes.toFixed(bytes % 1 === 0 ? 0 : 1)} B`
    : `${(bytes / 1024).toFixed(1)} KiB`;

/** Growth and its bound, in words. */
export const growthOf = ({ unit, bound, many }: Plan, course: Course): string => {
  const each = many === 1 ? `a ${unit}` : `for ${many.toLocaleString('en')} ${unit}s`;
  return `${size(heapSlope(course) * many)} ${each}, at most ${size(bound * many)}`;
};

export function judgeCourse(plan: Plan, course: Course): Row[] {
  const { name, bound } = plan;
  const work = new Tally();
  const done = Object.entries(course.facts).map(([what, number]) => `${number.toLocaleString('en')} ${what}`);
  work.judge(course.wrong, done.join(', '));
  const memory = new Tally();
  const slope = heapSlope(course);
  memory.judge(slope <= bound ? [] : [`the heap grows by ${growthOf(plan, course)}`], growthOf(plan, course));
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
    memory.row(name, `${name}: growth of the heap`),
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
