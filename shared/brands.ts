declare const brand: unique symbol;

/** A text that has passed the one validator for its kind; another text cannot be given in its place by mistake. */
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A connection code as `parseCode` returns it. Secret: it goes into the pairing request and nowhere else. */
export type SetupCode = Branded<'SetupCode'>;

/** A manager PIN as `parsePin` returns it. Secret: it is hashed and kept nowhere. */
export type ManagerPin = Branded<'ManagerPin'>;
