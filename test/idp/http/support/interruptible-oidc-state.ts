import { Fault } from '../../../../idp/domain/fault.ts';
import type { OidcState } from '../../../../idp/ports/oidc-state.ts';

/** The real state, which a test can take away: to see what an outage looks like from outside. */
export class InterruptibleOidcState implements OidcState {
  /** While set, nothing can be found out. */
  down = false;
  readonly #state: OidcState;

  constructor(state: OidcState) {
    this.#state = state;
  }

  upsert: OidcState['upsert'] = async (...given) => this.#reached().upsert(...given);
  find: OidcState['find'] = async (...given) => this.#reached().find(...given);
  findByUserCode: OidcState['findByUserCode'] = async (...given) => this.#reached().findByUserCode(...given);
  findByUid: OidcState['findByUid'] = async (...given) => this.#reached().findByUid(...given);
  consume: OidcState['consume'] = async (...given) => this.#reached().consume(...given);
  destroy: OidcState['destroy'] = async (...given) => this.#reached().destroy(...given);
  revokeByGrantId: OidcState['revokeByGrantId'] = async (...given) =>
    this.#reached().revokeByGrantId(...given);
  listByAccountId: OidcState['listByAccountId'] = async (...given) =>
    this.#reached().listByAccountId(...given);
  remove: OidcState['remove'] = async (...given) => this.#reached().remove(...given);
  close: OidcState['close'] = () => this.#state.close();

  #reached(): OidcState {
    if (this.down) throw new Fault('ERR_OIDC_STATE_UNAVAILABLE', 'taken away by the test');
    return this.#state;
  }
}
