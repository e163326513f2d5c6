import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ocspCertId } from '../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse } from '../connectors/jpki/ocsp-response.ts';
import type { SerialNumber } from '../idp/domain/certificate-id.ts';
import { proofMessage } from '../idp/domain/proof-message.ts';
import { schedule } from '../idp/domain/registration.ts';
import { applyCrl } from '../idp/flows/apply-crl.ts';
import { readEvidence } from '../idp/flows/read-evidence.ts';
import { createCertificateVerifier } from '../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../idp/jpki/crl/crl-reader.ts';
import { createWorld } from './idp/flows/world/world.ts';
import { namedSerialNumber } from './vectors/list-makers.ts';
import { folders } from './vectors/make.ts';
import { askedNonce } from './vectors/ocsp-answers.ts';
import { judgedAt, openVectorPki, pinnedAnchors, vectorsDirectory } from './vectors/pki.ts';
import type { ProofVector } from './vectors/proofs.ts';
import { reasonOf } from './vectors/vector.ts';

/** The files themselves, as they lie there: what a table says about them is not asked. */
const filesIn = (folder: string): readonly string[] => readdirSync(join(vectorsDirectory, folder)).sort();
const read = (folder: string, name: string): Buffer => readFileSync(join(vectorsDirectory, folder, name));

const anchors = pinnedAnchors();
const trust = { anchors, allowTestAuthorities: true };

type Trust = Parameters<typeof createCertificateVerifier>[0];

/** What an installation is set to where a reason is about just that. */
const settings: { readonly [reason: string]: Partial<Trust> } = {
  'no-anchor': { anchors: [] },
  'test-authority': { allowTestAuthorities: false },
};

type Verdict = { readonly outcome: string; readonly reason?: string };

/** `accepted`, or the reason. */
const said = ({ outcome, reason }: Verdict): string => (outcome === 'refused' ? (reason ?? '') : 'accepted');

describe('a certificate', () => {
  it.each(filesIn('certificate'))('%s', (name) => {
    const verifier = createCertificateVerifier({ ...trust, ...settings[reasonOf(name)] });
    const der = read('certificate', name);
    expect(said(verifier.verify(der, judgedAt))).toBe(reasonOf(name));
    // What was judged before is remembered, and is judged no milder.
    expect(said(verifier.verify(der, judgedAt))).toBe(reasonOf(name));
  });
});

describe('a list', () => {
  const reader = createCrlReader(trust);
  const interest = new Set([namedSerialNumber as SerialNumber]);
  const goodList = read('crl', 'accepted.number-7.der');

  async function* pieces(list: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < list.length; start += size) yield list.subarray(start, start + size);
  }

  /** As the list of the good list's distribution point; where its number matters, after the good list was applied. */
  async function applied(list: Uint8Array, afterTheGoodOne: boolean): Promise<string> {
    const world = await createWorld(openVectorPki());
    const distributionPoint = reader.claimedScope(goodList)?.distributionPoint ?? '';
    const apply = async (bytes: Uint8Array): Promise<string> => {
      const worker = world.worker({ name: 'vectors', fetch: async () => [bytes] });
      const fetched = await worker.fetch(distributionPoint);
      const [reading] = fetched.outcome === 'fetched' ? fetched.readings : [];
      return said(await applyCrl(world.context, { reading: reading!, from: 'vectors', actor: schedule }));
    };
    try {
      if (afterTheGoodOne) expect(await apply(goodList)).toBe('accepted');
      return await apply(list);
    } finally {
      await world.close();
    }
  }

  it.each(filesIn('crl'))('%s', async (name) => {
    const list = read('crl', name);
    const verdict = reader.read(list, interest, judgedAt);
    expect(await reader.readChunks(pieces(list, 100), interest, judgedAt)).toEqual(verdict);
    const aboutNumbers = reasonOf(name).startsWith('crl-number-');
    expect(verdict.outcome === 'read' ? await applied(list, aboutNumbers) : verdict.reason).toBe(
      reasonOf(name),
    );
  });
});

describe('an answer of OCSP', () => {
  const der = read('certificate', 'accepted.newer-generation.der');
  const issuerDer = read('anchors', 'newer-authority.der');
  const question = {
    certId: ocspCertId({ der, issuerDer }, 'sha1'),
    nonce: askedNonce,
    issuerDer,
  };

  it.each(filesIn('ocsp'))('%s', (name) => {
    const asked = { ...question, nonceRequired: reasonOf(name) === 'nonce-missing' };
    expect(said(checkOcspResponse(read('ocsp', name), asked, judgedAt))).toBe(reasonOf(name));
  });
});

describe('a proof', () => {
  const context = {
    certificates: createCertificateVerifier(trust),
    clock: { now: () => judgedAt },
  };

  it.each(filesIn('proof'))('%s', (name) => {
    const { expected, evidence }: ProofVector = JSON.parse(read('proof', name).toString());
    expect(said(readEvidence(context, evidence, proofMessage(expected)))).toBe(reasonOf(name));
  });
});

describe('the vectors', () => {
  const names = Object.keys(folders);

  it('are those that can be made again: no maker without its file, no file without its maker', () => {
    const made = Object.values(folders).map(({ vectors }) => vectors.map(({ fileName }) => fileName).sort());
    expect(names.map(filesIn)).toEqual(made);
  });

  it('hold every reason of the closed sets, and something that is accepted', () => {
    const held = names.map((name) => [...new Set(filesIn(name).map(reasonOf))].sort());
    expect(held).toEqual(Object.values(folders).map(({ reasons }) => reasons.toSorted()));
    expect(held.every((reasons) => reasons.includes('accepted'))).toBe(true);
  });

  it('are at least 60 refusals', () => {
    const refused = names.flatMap(filesIn).filter((name) => reasonOf(name) !== 'accepted');
    expect(refused.length).toBeGreaterThanOrEqual(60);
  });

  it('are judged where all generations are pinned, of which one has ended', () => {
    expect(anchors.map(({ notAfter }) => notAfter > judgedAt)).toEqual([true, true, false]);
  });
});
