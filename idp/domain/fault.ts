/** What could not be found out, by the part that failed. A fault is never a yes and never a no. */
export type FaultCode =
  | 'ERR_RECORD_UNAVAILABLE'
  | 'ERR_CARD_INDEX_UNAVAILABLE'
  | 'ERR_OIDC_STATE_UNAVAILABLE'
  | 'ERR_AUDIT_UNAVAILABLE'
  | 'ERR_OCSP_UNAVAILABLE'
  | 'ERR_DIRECTORY_UNAVAILABLE'
  | 'ERR_CRL_SOURCE_UNAVAILABLE'
  | 'ERR_CRL_WORKER_UNAVAILABLE'
  | 'ERR_NOTICE_UNDELIVERED'
  | 'ERR_CLIENT_UNREACHABLE'
  | 'ERR_KEYS_UNAVAILABLE'
  | 'ERR_IDP_UNREACHABLE'
  | 'ERR_READER_UNAVAILABLE'
  | 'ERR_ALREADY_RUNNING';

/** Infrastructure failed: the answer is unknown. `http/` makes 503 of it, the LDAP façade 52. */
export class Fault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Fault';
    this.code = code;
  }
}

/** Input that cannot be taken as it stands; nothing was changed. `message` says what to do about it. */
export class InvalidInput extends Error {
  /** Stable, `ERR_…`; tests and callers match on this and never on the message. */
  readonly code: `ERR_${string}`;

  constructor(code: `ERR_${string}`, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'InvalidInput';
    this.code = code;
  }
}
