/// <reference path="../node-forge.d.ts" />
import type forge from 'node-forge';
import asn1 from 'node-forge/lib/asn1.js';

/** ASN.1 in DER (X.690). Of node-forge that alone: all the rest is what a PKCS#12 file of the old kind needs. */
export { asn1 };
export type Asn1 = forge.asn1.Asn1;
