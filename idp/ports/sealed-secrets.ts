/** Keeps what must be had in clear again, under a key of its own: the secrets of OpenID Connect clients. */
export interface SealedSecrets {
  /** @param boundTo the id of its owner: sealed for one, it opens for no other. */
  seal(secret: string, boundTo: string): string;
  /** @throws {Fault} `ERR_KEYS_UNAVAILABLE` when it was sealed under another key, for another owner, or changed. */
  open(sealed: string, boundTo: string): string;
}
