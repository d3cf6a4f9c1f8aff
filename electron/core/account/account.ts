import type { Account, AccountView } from '../../../shared/account.ts';
import { judgeProfile, type ProfileFacts } from './profile.ts';

/** What the operating system tells of the account that the app runs under. */
export interface AccountSource {
  readonly account: Account;
  /** Asked once; may run programs of the system. */
  readonly profile: () => Promise<ProfileFacts>;
}

/** The account the core works for: its keys are sealed by this account's key store. */
export class OwnAccount {
  readonly #source: AccountSource | undefined;
  #view: Promise<AccountView> | undefined;

  /** `undefined`: the system does not tell. */
  constructor(source: AccountSource | undefined) {
    this.#source = source;
  }

  get account(): Account | undefined {
    return this.#source?.account;
  }

  /** With what threatens its keys. Never rejects: what cannot be found out is no reason to warn. */
  view(): Promise<AccountView> {
    this.#view ??= this.#look();
    return this.#view;
  }

  async #look(): Promise<AccountView> {
    const account = this.#source?.account ?? null;
    try {
      const facts = await this.#source?.profile();
      return { account, risk: facts ? judgeProfile(facts) : null };
    } catch {
      return { account, risk: null };
    }
  }
}
