/** Why two judges of one device differ. Each difference of the tables has one of these reasons. */
export const DIFFERENCES = {
  'root-as-it-is':
    'BoringSSL takes a trusted root as it is, whatever else its certificate says; OpenSSL judges it like any CA.',
  policies: 'OpenSSL looks at policies only when it is asked to; BoringSSL always does.',
  'strict-der':
    'BoringSSL reads DER as it is defined; OpenSSL also reads what is written otherwise, as long as it was signed so.',
  'key-usage':
    'BoringSSL insists on `digitalSignature` in a handshake with signatures (RFC 8446 section 4.4.2.2); OpenSSL takes any of three bits.',
  'unreadable-extension':
    'BoringSSL believes nothing of a certificate with an extension it cannot read, its issuer included; OpenSSL goes on.',
  'unknown-algorithm': 'BoringSSL does not know the algorithm at all, so nobody has signed the certificate.',
  'path-limit': 'The app follows a chain of at most eight certificates, root included.',
  floor:
    'The floor of the app names algorithms: P-256 and up, Ed25519, SHA-256 and up. OpenSSL counts bits, and P-224, other curves of their size, and SHA-224 have enough of them.',
  wildcard: 'A device’s certificate states one serial number; a wildcard states none.',
  identity:
    'The app reads which device it is from the certificate; OpenSSL only looks whether one name is in it.',
  'common-name': 'OpenSSL falls back on the common name where there is no DNS name; the app never does.',
  'step-up': 'OpenSSL takes the step-up of the 1990s for a server’s purpose.',
  'old-root':
    'OpenSSL trusts a root of before version 3 that says nothing of being a CA; the app adds only what says so.',
  'first-path':
    'A TLS library follows the first issuer of the right name and key; which of several that is differs.',
  wording: 'Both refuse; the libraries notice it at different steps.',
  twice: 'RFC 5280 forbids the same extension twice; OpenSSL minds it only where it knows the extension.',
  unreadable: 'The app cannot read the certificate and refuses it; OpenSSL leaves out what it cannot read.',
  'not-offered':
    'A signature within the handshake that the app does not offer; `openssl verify` sees no handshake.',
  'key-parts': 'BoringSSL checks the parts of a private key when it reads it, OpenSSL when it signs.',
  'moment-or-library':
    'Microseconds decide whether the code had been handed to the network by then; or the libraries have different habits: at an alert of a number that nobody knows OpenSSL hangs up and BoringSSL names it, and a warning that means nothing ends the one and not the other.',
  handshake: 'It fails in the handshake already; `openssl verify` sees only certificates.',
} as const;
export type Difference = keyof typeof DIFFERENCES;
