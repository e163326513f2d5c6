import type { Control } from './codec/controls.ts';
import { type AnsweredOp, writeExtendedResponse, writeResponse, writeSearchEntry } from './codec/response.ts';
import type { LdapResult } from './codec/result-code.ts';
import type { Entry } from './entry.ts';
import type { Outgoing } from './outgoing.ts';
import { type Selection, select } from './search/selection.ts';
import type { Exchange, Session } from './session.ts';

const noControls: readonly Control[] = [];

/** One operation of a connection, from its request to its last byte. */
export class LdapExchange implements Exchange {
  readonly messageId: number;
  readonly session: Session;
  readonly controls: readonly Control[];
  entries = 0;
  responseControls = noControls;
  responseName: string | undefined;
  responseValue: string | undefined;
  readonly #outgoing: Outgoing;
  #abandoned = false;
  /** Made for who asks: nearly no operation waits. */
  #controller: AbortController | undefined;

  constructor(messageId: number, session: Session, controls: readonly Control[], outgoing: Outgoing) {
    this.messageId = messageId;
    this.session = session;
    this.controls = controls;
    this.#outgoing = outgoing;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  set abandoned(abandoned: boolean) {
    this.#abandoned = abandoned;
    if (abandoned) this.#controller?.abort();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abandoned) this.#controller.abort();
    return this.#controller.signal;
  }

  sendEntry(entry: Entry, selection: Selection, typesOnly: boolean): void {
    if (this.abandoned) return;
    this.entries += 1;
    writeSearchEntry(this.#outgoing.writer, this.messageId, entry.dn, select(entry, selection), typesOnly);
  }

  taken(): Promise<void> | undefined {
    return this.#outgoing.taken();
  }

  finish(op: AnsweredOp, ldapResult: LdapResult): void {
    if (this.abandoned) return;
    const { writer } = this.#outgoing;
    if (op === 'extended') {
      writeExtendedResponse(writer, this.messageId, ldapResult, this.responseName, this.responseValue);
    } else {
      writeResponse(writer, this.messageId, op, ldapResult, this.responseControls);
    }
  }
}
