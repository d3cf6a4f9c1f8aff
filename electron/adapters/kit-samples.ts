/** By their paths. Part of the program itself, and so of what the package's integrity check covers. */
const FILES = import.meta.glob('../../packaging/connection-kit/**', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const FOLDER = '../../packaging/connection-kit/';

/** A file of packaging/connection-kit, by its name there. */
export function kitSample(name: string): string {
  const text = FILES[`${FOLDER}${name}`];
  if (text === undefined) throw new Error(`the app was built without ${name}`);
  return text;
}
