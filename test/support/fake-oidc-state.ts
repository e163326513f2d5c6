import { Fault } from '../../idp/domain/fault.ts';
import type { OidcState, OidcStateEntry } from '../../idp/ports/oidc-state.ts';

/** Notes whose sessions were ended; flows use nothing else of the OpenID Connect state. */
export class FakeOidcState implements OidcState {
  readonly ended: string[] = [];
  isDown = false;

  /** Every account has one thing that ends with any of its cards; its name is the account. */
  async listByAccountId(accountId: string): Promise<readonly OidcStateEntry[]> {
    if (this.isDown) throw new Fault('ERR_OIDC_STATE_UNAVAILABLE', 'switched off by the test');
    return [{ name: accountId, payload: { kind: 'Grant', jti: 'of-any-card' } }];
  }

  async remove(names: readonly string[]): Promise<void> {
    this.ended.push(...names);
  }

  async upsert(): Promise<void> {
    throw new TypeError('flows do not write OpenID Connect state');
  }

  async find(): Promise<undefined> {
    return undefined;
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async findByUid(): Promise<undefined> {
    return undefined;
  }

  async consume(): Promise<boolean> {
    return false;
  }

  async destroy(): Promise<void> {}

  async revokeByGrantId(): Promise<void> {}

  async close(): Promise<void> {}
}
