// Before those who remember the functions that it replaces.
import './fatal-step.ts';
import { writeFileSync } from 'node:fs';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { crashAfter } from './fatal-step.ts';

/** Writes a document and crashes after some steps; else leaves a file that says so. Folder, text, steps, file. */
const [, , folder = '', text = '', steps = '', finished = ''] = process.argv;
const documents = electronStoreDocuments(folder);
crashAfter(Number(steps));
documents.write('pairings/a', { text: text.repeat(20_000) });
crashAfter(Number.POSITIVE_INFINITY);
writeFileSync(finished, '');
