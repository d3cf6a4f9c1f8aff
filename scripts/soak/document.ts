import { describeMachine, writeSection } from '../bench/document.ts';
import { isPassed, type Row } from '../long-tests/result.ts';
import { type Course, growthIn, type Plan, tableOfCourse } from './course.ts';

const TEXTS: Readonly<Record<string, { readonly title: string; readonly text: (plan: Plan) => string }>> = {
  pairs: {
    title: 'Pairings made and removed',
    text: ({ arguments: [cycles, , registers, deadline] }) =>
      `${Number(cycles).toLocaleString('en')} times a register pairs with a simulated device, over WSS and HTTPS in turn, and removes the pairing; each tenth is checked before. ${registers} registers do so at a time, in one process: the whole core over real files, and devices in a process of their own. Before each sample nothing is done for ${Number(deadline) / 1000} s, since a deadline holds what it is for until its time is over.`,
  },
  days: {
    title: 'Days with many pairings',
    text: ({ arguments: [count, days, interval] }) =>
      `${days} days of the whole core with ${Number(count).toLocaleString('en')} pairings, by a clock that is told to go on; the devices are a process with as many TLS servers. Each device is checked every ${interval} minutes. Each day some get other addresses, two have each other's, and some are away for three hours; twice all are away for an hour. At the end of each day all must be connected, at the address where they are.`,
  },
  bridge: {
    title: 'Messages over a bridge',
    text: ({ arguments: [messages, every] }) =>
      `${Number(messages).toLocaleString('en')} messages from a till to a device that sends each back, over a bridge in a process of its own; each answer is compared. A till comes anew after each ${Number(every).toLocaleString('en')}.`,
  },
};

const HEAD = `# Soak

What the app's core holds after long work. \`npm run soak\` writes this page, with \`-- --only days\` one section of it; \`npm test\` does a little of each.

Each sample is taken when nothing runs, after the garbage collection: the heap of JavaScript, buffers outside of it, the whole process, open file descriptors, and what keeps the process alive (\`process.getActiveResourcesInfo()\`). Growth is the slope of a line through the samples by least squares, without the first quarter, in which code is compiled and caches are filled. Handles may be two more than after that quarter, never a number that grows.
`;

/** Writes the section of one soak into docs/soak.md. */
export function writeSoakSection(plan: Plan, course: Course, rows: readonly Row[]): void {
  const texts = TEXTS[plan.name];
  const done = Object.entries(course.facts).map(([what, number]) => `${number.toLocaleString('en')} ${what}`);
  const failures = rows.flatMap((row) => row.failures);
  const section = `## ${texts?.title}

${texts?.text(plan)}

In ${Math.max(1, Math.round(course.seconds / 60))} min: ${done.join(', ')}. Growth: ${growthIn(plan, course)}. ${rows.every(isPassed) ? 'Nothing went wrong, and there are no more handles than in the beginning.' : `Wrong: ${failures.join('; ')}.`}

${tableOfCourse(course)}

${describeMachine()}, shared with other work; ${new Date().toISOString().slice(0, 10)}.`;
  writeSection(`soak ${plan.name}`, section, { name: 'soak.md', head: HEAD });
}
