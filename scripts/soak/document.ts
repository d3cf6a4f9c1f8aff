import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeMachine } from '../bench/document.ts';
import { isPassed, type Row } from '../long-tests/result.ts';
import { type Course, growthOf, type Plan, tableOfCourse } from './course.ts';

const FILE = resolve(import.meta.dirname, '../../docs/soak.md');

const TEXTS: Readonly<Record<string, { readonly title: string; readonly text: (plan: Plan) => string }>> = {
  pairs: {
    title: 'Pairings made and removed',
    text: ({ arguments: [cycles, , registers] }) =>
      `${Number(cycles).toLocaleString('en')} times a register pairs with a simulated device, over WSS and HTTPS in turn, and removes the pairing; each tenth is checked before. ${registers} registers do so at a time, in one process: the whole core over real files, and devices in a process of their own.`,
  },
  days: {
    title: 'Days with many pairings',
    text: ({ arguments: [count, days, interval] }) =>
      `${days} days of the whole core with ${Number(count).toLocaleString('en')} pairings, by a clock that is told to go on; the devices are a process with as many TLS servers. Each device is checked every ${interval} minutes. Each day some get other addresses, two have each other's, and some are away for three hours; once all are away for an hour. At the end of each day all must be connected, at the address where they are.`,
  },
  bridge: {
    title: 'Messages over a bridge',
    text: ({ arguments: [messages, every] }) =>
      `${Number(messages).toLocaleString('en')} messages from a till to a device that sends each back, over a bridge in a process of its own; each answer is compared. A till comes anew after each ${Number(every).toLocaleString('en')}.`,
  },
};

/** Writes docs/soak.md. */
export function writeSoakDocument(
  courses: readonly { readonly plan: Plan; readonly course: Course }[],
  rows: readonly Row[],
): void {
  const sections = courses.map(({ plan, course }) => {
    const texts = TEXTS[plan.name];
    const own = rows.filter(({ area }) => area === plan.name);
    const done = Object.entries(course.facts).map(
      ([what, number]) => `${number.toLocaleString('en')} ${what}`,
    );
    const failures = own.flatMap((row) => row.failures);
    return `## ${texts?.title}

${texts?.text(plan)}

${done.join(', ')}, in ${Math.round(course.seconds / 60)} minutes. Growth of the heap: ${growthOf(plan, course)}. ${own.every(isPassed) ? 'Nothing went wrong; handles are as many as in the beginning.' : `Wrong: ${failures.join('; ')}.`}

${tableOfCourse(course)}
`;
  });
  const text = `# Soak

What the app's core holds after long work. \`npm run soak\` writes this page; \`npm test\` does a little of each in half a minute.

Each sample is taken when nothing runs, after the garbage collection: the heap of JavaScript, buffers outside of it, the whole process, open file descriptors, and what keeps the process alive (\`process.getActiveResourcesInfo()\`). Growth is the slope of a line through the samples by least squares, without the first quarter, in which code is compiled and caches are filled. Handles may be two more than after that quarter, never a number that grows.

${sections.join('\n')}
${describeMachine()}, shared with other work; ${new Date().toISOString().slice(0, 10)}.
`;
  writeFileSync(FILE, text);
  // Tables are formatted like the rest of the project.
  execFileSync('npx', ['biome', 'format', '--write', FILE], { stdio: 'ignore' });
}
