/** The result codes that the façade uses. @see RFC 4511 Appendix A */
export const resultCode = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  compareFalse: 5,
  compareTrue: 6,
  authMethodNotSupported: 7,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  inappropriateMatching: 18,
  constraintViolation: 19,
  attributeOrValueExists: 20,
  invalidAttributeSyntax: 21,
  noSuchObject: 32,
  invalidDNSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  other: 80,
} as const;

export type ResultCode = (typeof resultCode)[keyof typeof resultCode];

/** How an operation ended, as LDAPResult says it. @see RFC 4511 §4.1.9 */
export interface LdapResult {
  readonly code: ResultCode;
  /** For the administrator in front of the device: what happened and what to do. Never a secret or a card number. */
  readonly message: string;
  readonly matchedDN: string;
}

export function result(code: ResultCode, message = '', matchedDN = ''): LdapResult {
  return { code, message, matchedDN };
}

export const success: LdapResult = result(resultCode.success);
