import { ResultCodeError } from 'ldapts';
import { resultCode } from '../ldap/codec/result-code.ts';

const adviceOfCode: ReadonlyMap<number, string> = new Map([
  [
    resultCode.confidentialityRequired,
    'The account takes no password in clear: use ldaps:// or --start-tls, or add the device with an address range and --allow-plaintext.',
  ],
  [
    resultCode.invalidCredentials,
    'Wrong name, secret or password, an address that the device is not noted for, or somebody who may not sign in here: `kazasu ldap explain --device NAME --last 5` has the reason.',
  ],
  [
    resultCode.insufficientAccessRights,
    'Not bound, or the account was disabled or its secret changed meanwhile.',
  ],
  [resultCode.unwillingToPerform, 'The device’s profile does not have this way in: `kazasu client profile`.'],
  [
    resultCode.busy,
    'Asked too often: `kazasu client guesses` says which devices are slowed or stopped, and why.',
  ],
  [
    resultCode.unavailable,
    'Something behind the directory is down, not the password: `kazasu doctor` says what.',
  ],
  [resultCode.noSuchObject, 'The base DN is not the provider’s: KAZASU_LDAP_BASE_DN.'],
]);

const adviceOfSystem: { readonly [code: string]: string } = {
  ECONNREFUSED:
    'Nothing listens there: is the server started, and is the port KAZASU_LDAPS_PORT for ldaps://, KAZASU_LDAP_PORT for ldap://?',
  ENOTFOUND: 'This host name is not known here.',
  ETIMEDOUT: 'No answer: a firewall between here and there?',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate is self-signed: give it as --ca (`tls/cert.pem` in the data directory).',
  SELF_SIGNED_CERT_IN_CHAIN: 'The CA of the certificate is not known here: give it as --ca.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The CA of the certificate is not known here: give it as --ca.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another host name than the one in --url.',
  CERT_HAS_EXPIRED: 'The certificate has expired.',
};

/** What to look at after this failure; `undefined` where nothing can be said beyond the error itself. */
export function adviceOf(error: unknown): string | undefined {
  if (error instanceof ResultCodeError) return adviceOfCode.get(error.code);
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? adviceOfSystem[code] : undefined;
}
