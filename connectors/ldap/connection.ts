import type { Socket } from 'node:net';
import { Fault, InvalidInput } from '../../idp/domain/fault.ts';
import { MessageFramer } from './codec/message-framer.ts';
import { decodeRequest, decodeTrailingControls, type Envelope, openMessage } from './codec/request.ts';
import { type AnsweredOp, answeredOp, writeNoticeOfDisconnection, writeResponse } from './codec/response.ts';
import { type LdapResult, type ResultCode, result, resultCode } from './codec/result-code.ts';
import { LdapExchange } from './exchange.ts';
import type { Facade } from './facade.ts';
import { Outgoing } from './outgoing.ts';
import { Patience } from './patience.ts';
import { type AnsweredRequest, perform } from './perform.ts';
import { startTlsOid } from './root-dse.ts';
import { anonymous, openSession, type Session } from './session.ts';

/** Bytes that may wait behind a bind that is being decided. */
const maxWaitingBytes = 64 * 1024;

/**
 * One client: cuts its bytes into messages, runs them, and sends the answers of one turn in one write.
 * A bind stands alone: nothing runs beside it (RFC 4511 §4.2.1).
 */
export class Connection {
  readonly session: Session;
  readonly #facade: Facade;
  readonly #socket: Socket;
  readonly #upgrade: (socket: Socket) => void;
  readonly #framer = new MessageFramer();
  readonly #outgoing: Outgoing;
  readonly #pending = new Map<number, LdapExchange>();
  /** Nothing more is read or answered. */
  #closed = false;
  #standsAlone = false;
  #yielded = false;
  #paused = false;
  #everBound = false;
  readonly #patience: Patience;

  /** @param upgrade takes the socket over when StartTLS was answered */
  constructor(
    facade: Facade,
    socket: Socket,
    channel: Session['channel'],
    upgrade: (socket: Socket) => void,
  ) {
    this.#facade = facade;
    this.#socket = socket;
    this.#upgrade = upgrade;
    this.#outgoing = new Outgoing(socket, facade, this.#run, this.#isWrittenDown);
    this.session = openSession(socket, channel);
    this.#patience = new Patience(facade.limits, facade.clock.now());
    socket.on('data', this.#onData);
    socket.on('close', () => this.#forgetAll());
  }

  /** Hangs up on whoever is slow, silent or never bound; called from time to time. */
  sweep(now: number): void {
    if (this.#closed) {
      // Said goodbye a sweep ago, and it was not taken.
      this.#socket.destroy();
      return;
    }
    const isOver = this.#patience.isOver(now, {
      everBound: this.#everBound,
      operationsUnderWay: this.#pending.size,
      midMessage: this.#framer.waiting > 0,
      congestedAt: this.#outgoing.congestedAt,
    });
    if (isOver) this.disconnect(resultCode.unavailable, 'Too slow or idle for too long.');
  }

  /** Says why, and hangs up. @see RFC 4511 §4.4.1 */
  disconnect(code: ResultCode, text: string): void {
    if (this.#closed) return;
    this.#forgetAll();
    writeNoticeOfDisconnection(this.#outgoing.writer, code, text);
    this.#hangUp();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closed) return;
    if (this.#framer.waiting === 0) this.#patience.messageBegins(this.#facade.clock.now());
    this.#framer.append(chunk);
    this.#run();
  };

  readonly #run = (): void => {
    if (this.#closed) return;
    try {
      this.#runMessages();
      this.#outgoing.flushSoon();
    } catch (error) {
      this.#fail(error);
    }
  };

  #fail(error: unknown): void {
    if (error instanceof InvalidInput) {
      this.disconnect(resultCode.protocolError, error.message);
      return;
    }
    const name = error instanceof Error ? error.name : typeof error;
    this.#facade.log('ldap-connection-failed', { error: name });
    this.disconnect(resultCode.other, 'The server failed on this message.');
  }

  #runMessages(): void {
    const { limits } = this.#facade;
    let handled = 0;
    while (this.#mayRun()) {
      if (!this.#framer.next(this.#everBound ? limits.maxMessageBytes : limits.maxMessageBytesBeforeBind))
        break;
      this.#handle();
      handled += 1;
      if (handled === limits.maxMessagesPerTurn) this.#yield();
    }
    if (this.#closed) return;
    if (handled > 0) this.#patience.messageHandled(this.#facade.clock.now());
    this.#framer.keepRest();
    this.#setPaused(!this.#mayRun() && this.#framer.waiting > maxWaitingBytes);
  }

  #mayRun(): boolean {
    return (
      !this.#closed &&
      !this.#standsAlone &&
      !this.#yielded &&
      this.#outgoing.congestedAt === undefined &&
      this.#pending.size < this.#facade.limits.maxPendingOperations
    );
  }

  /** Others get their turn before the rest of a flood. */
  #yield(): void {
    this.#yielded = true;
    setImmediate(() => {
      this.#yielded = false;
      this.#run();
    });
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  #handle(): void {
    const envelope = openMessage(this.#framer.bytes, this.#framer.start, this.#framer.end);
    const op = answeredOp(envelope.tag);
    if (op === 'bind' && this.#pending.size > 0) {
      this.#framer.putBack();
      this.#standsAlone = true;
      return;
    }
    try {
      const request = decodeRequest(envelope, this.#facade.limits);
      if (request.op === 'unbind') this.#hangUp();
      else if (request.op === 'abandon') this.#abandon(request.messageId);
      else if (op !== undefined) this.#begin(envelope, op, request);
    } catch (error) {
      const tooComplex = error instanceof InvalidInput && error.code === 'ERR_LDAP_FILTER_TOO_COMPLEX';
      if (op === undefined || !tooComplex) throw error;
      const refusal = result(resultCode.adminLimitExceeded, error.message);
      writeResponse(this.#outgoing.writer, envelope.messageId, op, refusal);
    }
  }

  #begin(envelope: Envelope, op: AnsweredOp, request: AnsweredRequest): void {
    const { messageId } = envelope;
    const controls = decodeTrailingControls(envelope);
    if (this.#pending.has(messageId)) throw new InvalidInput('ERR_LDAP_MALFORMED', 'a message id is in use');
    const exchange = new LdapExchange(messageId, this.session, controls, this.#outgoing);
    const outcome = perform(this.#facade, exchange, request, this.#pending.size);
    if (!(outcome instanceof Promise)) {
      this.#finish(exchange, op, request, outcome);
      return;
    }
    this.#pending.set(messageId, exchange);
    if (op === 'bind') this.#standsAlone = true;
    outcome.then((ldapResult) => this.#finishLater(exchange, op, request, ldapResult));
  }

  #finishLater(
    exchange: LdapExchange,
    op: AnsweredOp,
    request: AnsweredRequest,
    ldapResult: LdapResult,
  ): void {
    const wasFull = !this.#mayRun();
    this.#pending.delete(exchange.messageId);
    if (this.#closed) return;
    try {
      this.#finish(exchange, op, request, ldapResult);
      if (this.#pending.size === 0) this.#standsAlone = false;
      if (wasFull) this.#runMessages();
    } catch (error) {
      this.#fail(error);
    }
    this.#outgoing.flushSoon();
  }

  #finish(exchange: LdapExchange, op: AnsweredOp, request: AnsweredRequest, ldapResult: LdapResult): void {
    exchange.finish(op, ldapResult);
    if (ldapResult.code !== resultCode.success) return;
    if (request.op === 'bind') this.#everBound ||= this.session.identity !== anonymous;
    if (request.op === 'extended' && request.name === startTlsOid) this.#handOver();
  }

  #abandon(messageId: number): void {
    const exchange = this.#pending.get(messageId);
    if (exchange !== undefined) exchange.abandoned = true;
  }

  /** Bytes behind a StartTLS came in clear and could be anybody's: they are not carried into TLS. */
  #handOver(): void {
    if (this.#framer.waiting > 0) throw new InvalidInput('ERR_LDAP_MALFORMED', 'bytes behind StartTLS');
    this.#outgoing.flush();
    this.#closed = true;
    this.#socket.off('data', this.#onData);
    this.#outgoing.release();
    this.#upgrade(this.#socket);
  }

  /** An answer that cannot be audited is not given: the client hears that the server is unavailable, not a no. */
  readonly #isWrittenDown = (): boolean => {
    try {
      this.#facade.flows.settle();
      return true;
    } catch (error) {
      this.#facade.log('ldap-fault', { op: 'settle', code: error instanceof Fault ? error.code : 'unknown' });
      setImmediate(() => this.disconnect(resultCode.unavailable, 'Nothing can be written down for now.'));
      return false;
    }
  };

  #hangUp(): void {
    this.#forgetAll();
    this.#outgoing.flush();
    this.#socket.destroySoon();
  }

  #forgetAll(): void {
    this.#closed = true;
    for (const exchange of this.#pending.values()) exchange.abandoned = true;
    this.#pending.clear();
  }
}
