import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOcspClient } from '../../../../connectors/jpki/ocsp.ts';
import { createOcspResponder } from '../../../../idp/demo/authority/ocsp-responder.ts';
import { type OcspServer, serveOcsp } from '../../../../idp/demo/authority/ocsp-server.ts';
import type { AuditEventType, ChainedAuditEvent } from '../../../../idp/domain/audit-event.ts';
import { Fault, InvalidInput } from '../../../../idp/domain/fault.ts';
import type { FlowContext } from '../../../../idp/flows/context.ts';
import { crlWorkerHere } from '../../../../idp/flows/read-crl.ts';
import { createCertificateVerifier } from '../../../../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../../../../idp/jpki/crl/crl-reader.ts';
import type { CardIndex } from '../../../../idp/ports/card-index.ts';
import type { CrlWorker } from '../../../../idp/ports/crl-worker.ts';
import type { CrlSource } from '../../../../idp/ports/jpki.ts';
import { openEmbeddedStorage } from '../../../../idp/storage/embedded.ts';
import { type Keys, openKeyDirectory } from '../../../../idp/storage/keys/key-directory.ts';
import { anchorDirectoryOf } from '../../../support/anchor-directory.ts';
import { HandSetClock } from '../../../support/clock.ts';
import { FakeOidcState } from '../../../support/fake-oidc-state.ts';
import { SwitchableCardIndex } from '../../../support/switchable-card-index.ts';
import type { TestPki } from '../../../support/test-pki.ts';
import { usualContext } from '../../../support/usual-context.ts';

/**
 * One installation inside a test: the real record, index, taps, audit trail, keys, certificates, lists and OCSP;
 * only the clock is set by hand, and outages are switched.
 */
export interface World {
  readonly context: FlowContext;
  readonly clock: HandSetClock;
  readonly pki: TestPki;
  readonly oidcState: FakeOidcState;
  readonly cardIndex: SwitchableCardIndex;
  readonly ocsp: { isDown: boolean };
  readonly dataDir: string;
  readonly keys: Keys;
  /** A worker that asks these sources. */
  readonly worker: (...crlSources: readonly CrlSource[]) => CrlWorker;
  /** The trail so far, newest last; one type of event when it is named. */
  trail(type?: AuditEventType): Promise<readonly ChainedAuditEvent[]>;
  close(): Promise<void>;
}

export const issuer = 'https://idp.example';

/** Memory where there is some: whether the disk keeps its promises is a question of the storage's own tests. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** @param index an index apart from the record, as in the clustered profile; the embedded one unless given.
 * @param place for what is too large for memory */
export async function createWorld(pki: TestPki, index?: CardIndex, place = memory): Promise<World> {
  const clock = new HandSetClock(pki.now);
  const dataDir = mkdtempSync(join(place, 'kazasu-flows-'));
  const keys = await sharedKeys();
  const storage = await openEmbeddedStorage({ dataDir, keys, clock });
  const cardIndex = new SwitchableCardIndex(index ?? storage.cardIndex);
  const oidcState = new FakeOidcState();
  const { ocsp, server } = await startResponder(pki, clock);
  const anchors = anchorDirectoryOf(join(dataDir, 'anchors'), pki.anchors);
  const trusted = { anchors: anchors.list, allowTestAuthorities: true };
  const usual = usualContext({ issuer, clock, oidcState, storage, keys });
  const worker = (...crlSources: readonly CrlSource[]) =>
    crlWorkerHere({
      record: storage.record,
      numbers: usual.numbers,
      crlReader: createCrlReader(trusted),
      crlSources,
      clock,
    });
  const context: FlowContext = {
    ...{ ...usual, cardIndex, anchors },
    certificates: createCertificateVerifier(trusted),
    ocsp: createOcspClient({ url: server.url }),
    crlWorker: worker(),
  };
  return {
    ...{ context, clock, pki, oidcState, cardIndex, ocsp, worker, dataDir, keys },
    async trail(type) {
      const events = await Array.fromAsync(storage.audit.read());
      return events.filter((event) => type === undefined || event.type === type);
    },
    async close() {
      await context.sessionEnds.close();
      await server.close();
      await storage.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

let keysOfAll: Promise<Keys> | undefined;

/** Made once for all worlds of a test file: nothing here depends on who has which key. */
function sharedKeys(): Promise<Keys> {
  keysOfAll ??= makeKeys();
  return keysOfAll;
}

async function makeKeys(): Promise<Keys> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-keys-'));
  const keys = await openKeyDirectory(directory);
  rmSync(directory, { recursive: true, force: true });
  return keys;
}

async function startResponder(
  { older, newer }: TestPki,
  clock: HandSetClock,
): Promise<{ readonly ocsp: { isDown: boolean }; readonly server: OcspServer }> {
  const ocsp = { isDown: false };
  const answer = createOcspResponder({ authorities: [older, newer], now: () => clock.now() });
  const server = await serveOcsp(async (request) => {
    if (ocsp.isDown) throw new Error('switched off by the test');
    return answer(request);
  });
  return { ocsp, server };
}

/** The code of the fault or refusal that a promise ends in; fails when it ends well. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    (value) => new TypeError(`no refusal but ${JSON.stringify(value)}`),
    (refused: unknown) => refused,
  );
  if (error instanceof Fault || error instanceof InvalidInput) return error.code;
  throw error;
}
