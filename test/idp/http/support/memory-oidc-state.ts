import { Fault } from '../../../../idp/domain/fault.ts';
import type { OidcPayload, OidcState } from '../../../../idp/ports/oidc-state.ts';

/** OpenID Connect state in a map, which can be taken away: to see what an outage looks like from outside. */
export class MemoryOidcState implements OidcState {
  /** While set, nothing can be found out. */
  down = false;
  readonly #entries = new Map<string, { payload: OidcPayload; expiresAt: number }>();

  async upsert(model: string, id: string, payload: OidcPayload, expiresInSeconds = 3_600): Promise<void> {
    this.#check();
    this.#entries.set(`${model} ${id}`, { payload, expiresAt: Date.now() + expiresInSeconds * 1_000 });
  }

  async find(model: string, id: string): Promise<OidcPayload | undefined> {
    this.#check();
    const entry = this.#entries.get(`${model} ${id}`);
    return entry !== undefined && Date.now() < entry.expiresAt ? entry.payload : undefined;
  }

  async findByUserCode(model: string, userCode: string): Promise<OidcPayload | undefined> {
    return this.#findBy(model, 'userCode', userCode);
  }

  async findByUid(model: string, uid: string): Promise<OidcPayload | undefined> {
    return this.#findBy(model, 'uid', uid);
  }

  async consume(model: string, id: string): Promise<boolean> {
    this.#check();
    const entry = this.#entries.get(`${model} ${id}`);
    if (entry === undefined || entry.payload.consumed !== undefined) return false;
    entry.payload = { ...entry.payload, consumed: Math.floor(Date.now() / 1_000) };
    return true;
  }

  async destroy(model: string, id: string): Promise<void> {
    this.#check();
    this.#entries.delete(`${model} ${id}`);
  }

  async revokeByGrantId(model: string, grantId: string): Promise<void> {
    this.#remove((name, payload) => name.startsWith(`${model} `) && payload.grantId === grantId);
  }

  async revokeByAccountId(accountId: string): Promise<void> {
    this.#remove((_name, payload) => payload.accountId === accountId);
  }

  async close(): Promise<void> {}

  #remove(matches: (name: string, payload: OidcPayload) => boolean): void {
    this.#check();
    for (const [name, { payload }] of this.#entries) if (matches(name, payload)) this.#entries.delete(name);
  }

  #findBy(model: string, field: string, value: string): OidcPayload | undefined {
    this.#check();
    const found = [...this.#entries].find(
      ([name, { payload }]) => name.startsWith(`${model} `) && payload[field] === value,
    );
    return found?.[1].payload;
  }

  #check(): void {
    if (this.down) throw new Fault('ERR_OIDC_STATE_UNAVAILABLE', 'taken away by the test');
  }
}
