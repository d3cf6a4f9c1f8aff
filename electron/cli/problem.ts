import i18next from 'i18next';
import { type AppError, ERROR_CATALOGUE } from '../../shared/errors.ts';
import { showLanguage } from '../../shared/languages.ts';
import { toAppError } from '../core/failure.ts';
import type { Problem } from './documents.ts';
import { CLI_ERRORS, CliError, type Exit, exitOf } from './exit-codes.ts';

/** The command line speaks English, whatever the app does: scripts and manuals quote it. */
const texts = i18next.createInstance();
showLanguage(texts, 'en');
export const english = texts.t;

/** An error of the catalogue, for people and programs. */
export function problemOf(error: AppError): Problem {
  const { code, stage, detail } = error;
  return {
    code,
    number: ERROR_CATALOGUE[code].number,
    ...(stage && { stage }),
    message: `${english(`errors.${code}.title`)}. ${english(`errors.${code}.todo`)}`.trim(),
    detail,
  };
}

/** Whatever was thrown, and how the command ends with it. */
export function explain(thrown: unknown): { readonly problem: Problem; readonly exit: Exit } {
  if (thrown instanceof CliError)
    return {
      problem: { code: thrown.code, message: thrown.message, detail: '' },
      exit: CLI_ERRORS[thrown.code],
    };
  const error = toAppError(thrown);
  return { problem: problemOf(error), exit: exitOf(error.code) };
}
