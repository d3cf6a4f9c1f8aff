/** Writes one document in a process of its own, whose disk a test can make small: folder, number of characters. */
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';

const [, , directory = '', length = ''] = process.argv;
try {
  electronStoreDocuments(directory).write('a', { text: 'x'.repeat(Number(length)) });
  process.stdout.write('written');
} catch (thrown) {
  process.stdout.write(`failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}
