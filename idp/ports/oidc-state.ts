/** What `oidc-provider` keeps of one model instance: plain JSON. */
export type OidcPayload = { readonly [name: string]: unknown };

/** What stands under an account; `name` is for `remove`, and tells nobody the entry's id. */
export interface OidcStateEntry {
  readonly name: string;
  readonly payload: OidcPayload;
}

/**
 * OpenID Connect state: sessions, grants, codes, interactions. One contract, SQLite and Redis.
 * Lifetimes are in seconds; an entry whose time has come is not found any more.
 * @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE`.
 * @see oidc-provider's adapter documentation for the model names
 */
export interface OidcState {
  upsert(
    model: string,
    id: string,
    payload: OidcPayload,
    expiresInSeconds: number | undefined,
  ): Promise<void>;
  find(model: string, id: string): Promise<OidcPayload | undefined>;
  findByUserCode(model: string, userCode: string): Promise<OidcPayload | undefined>;
  findByUid(model: string, uid: string): Promise<OidcPayload | undefined>;
  /** Marks as consumed, once: of a hundred at once exactly one gets `true`. */
  consume(model: string, id: string): Promise<boolean>;
  destroy(model: string, id: string): Promise<void>;
  revokeByGrantId(model: string, grantId: string): Promise<void>;
  /** Every session, grant, token and open interaction of an account. What somebody else put there is left out. */
  listByAccountId(accountId: string): Promise<readonly OidcStateEntry[]>;
  /** Ends entries that were listed, in few steps, whatever their number. */
  remove(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
