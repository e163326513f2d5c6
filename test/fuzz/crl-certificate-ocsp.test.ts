import { verify } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeOcspRequest, ocspCertId } from '../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse } from '../../connectors/jpki/ocsp-response.ts';
import {
  context,
  enumerated,
  objectIdentifier,
  octetString,
  sequence,
} from '../../idp/demo/authority/der-writer.ts';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { signed } from '../../idp/demo/authority/signer.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import { readAnchor } from '../../idp/jpki/anchors.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { readTree, signedParts, writeTree } from '../support/der-tree.ts';
import { mutated } from '../support/mutate.ts';
import { mutatedStructure, type Specimen, specimenOf } from '../support/mutate-structure.ts';
import { seededRandom } from '../support/random.ts';
import { namedSerialNumber } from '../vectors/lists.ts';
import { askedNonce } from '../vectors/ocsp-answers.ts';
import { judgedAt, openVectorPki, pinnedAnchors } from '../vectors/pki.ts';
import { corpusOf, original } from './corpus.ts';
import { createStopwatch } from './stopwatch.ts';

/** Of each kind. `npm test` takes the short run; a long one sets the number: `FUZZ_RUNS=333334`. */
const runs = Number(process.env.FUZZ_RUNS ?? 2000);
const seed = Number(process.env.FUZZ_SEED ?? 20261122);
const limitMs = runs > 2000 ? 6 * 3_600_000 : 60_000;

const pki = openVectorPki();
const trust = { anchors: pinnedAnchors(), allowTestAuthorities: true };
const reader = createCrlReader(trust);
const interest: ReadonlySet<SerialNumber> = new Set([namedSerialNumber, '0b000002'] as SerialNumber[]);
const issuerDer = original('anchors', 'newer-authority.der');
const goodCertificate = original('certificate', 'accepted.newer-generation.der');
const asked = {
  certId: ocspCertId({ der: goodCertificate, issuerDer }, 'sha1'),
  nonce: askedNonce,
  issuerDer,
};

/** A verifier that remembers nothing: what it found good before must not hide what it would find now. */
const judgeCertificate = (der: Uint8Array) => createCertificateVerifier(trust).verify(der, judgedAt);
const judgeList = (list: Uint8Array) => reader.read(list, interest, judgedAt);
const judgeAnswer = (der: Uint8Array) => checkOcspResponse(der, asked, judgedAt);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Runs the same thing on many mutations of a corpus, each held against the clock. A failure names the number of the run,
 * with which and the seed it can be seen again.
 */
async function each(
  kind: string,
  corpus: readonly Specimen[],
  look: (input: Uint8Array, run: number) => void,
): Promise<void> {
  const [first, ...rest] = corpus;
  if (first === undefined) throw new Error('no corpus');
  const specimens = [first, ...rest] as const;
  const random = seededRandom(seed);
  const stopwatch = createStopwatch(kind);
  for (let run = 0; run < runs; run++) {
    const input = mutatedStructure(random.pick(specimens), random, specimens);
    stopwatch.measure(run, () => look(input, run));
    // The runner wants to be told now and then that this goes on.
    if (run % 500 === 0) await setImmediate();
  }
  if (runs > 2000) console.log(stopwatch.report(runs));
}

/** An independent word on a signature: another reader of the structure, and node:crypto over what is signed. */
function isSignedByAnAuthority(der: Uint8Array): boolean {
  const parts = signedParts(der);
  const sha256WithRsa = '2a864886f70d01010b';
  return (
    parts !== undefined &&
    parts.algorithm === sha256WithRsa &&
    trust.anchors.some(({ publicKey }) => verify('sha256', parts.toBeSigned, publicKey, parts.signature))
  );
}

describe('among mutated', () => {
  it(
    'certificates none is accepted but what an authority signed, octet for octet',
    async () => {
      const corpus = corpusOf('certificate');
      const accepted = corpus.filter(({ bytes }) => judgeCertificate(bytes).outcome === 'verified');
      expect(accepted.length).toBeGreaterThan(5);
      expect(accepted.filter(({ bytes }) => !isSignedByAnAuthority(bytes))).toEqual([]);
      const genuine = new Set(accepted.map(({ bytes }) => hex(bytes)));
      await each('certificates', corpus, (input, run) => {
        const { outcome } = judgeCertificate(input);
        if (outcome === 'verified' && !genuine.has(hex(input))) expect.fail(`run ${run} is accepted`);
      });
    },
    limitMs,
  );

  it(
    'lists none is read but what an authority signed, octet for octet',
    async () => {
      const corpus = corpusOf('crl');
      const accepted = corpus.filter(({ bytes }) => judgeList(bytes).outcome === 'read');
      expect(accepted.length).toBeGreaterThan(5);
      expect(accepted.filter(({ bytes }) => !isSignedByAnAuthority(bytes))).toEqual([]);
      const genuine = new Set(accepted.map(({ bytes }) => hex(bytes)));
      await each('lists', corpus, (input, run) => {
        const { outcome } = judgeList(input);
        reader.claimedScope(input);
        if (outcome === 'read' && !genuine.has(hex(input))) expect.fail(`run ${run} is read`);
      });
    },
    limitMs,
  );

  it(
    'OCSP answers none says anything but what the responder signed',
    async () => {
      const corpus = corpusOf('ocsp');
      const accepted = corpus.flatMap(({ bytes }) => {
        const verdict = judgeAnswer(bytes);
        return verdict.outcome === 'answered' ? [{ verdict, ...statementIn(bytes) }] : [];
      });
      expect(accepted.length).toBeGreaterThan(5);
      await each('OCSP answers', corpus, (input, run) => {
        const verdict = judgeAnswer(input);
        if (verdict.outcome === 'refused') return;
        // One may stand inside another's certificates: it is enough that one of them says so.
        const sources = accepted.filter(
          ({ toBeSigned, signature }) => holds(input, toBeSigned) && holds(input, signature),
        );
        expect(
          sources.map((source) => source.verdict),
          `run ${run}`,
        ).toContainEqual(verdict);
      });
    },
    limitMs,
  );

  it(
    'CA certificates none stops the installation: each is an anchor, or no anchor',
    async () => {
      await each('anchors', [...corpusOf('anchors'), ...corpusOf('certificate')], (input) => {
        try {
          readAnchor(input);
        } catch (error) {
          if (!(error instanceof InvalidInput)) throw error;
        }
      });
    },
    limitMs,
  );

  it('lists none is read differently whole and in pieces', async () => {
    const random = seededRandom(seed + 1);
    const list = original('crl', 'accepted.with-300-entries.der');
    for (let run = 0; run < runs / 20 && run < 1000; run++) {
      const input = mutated(list, random);
      const size = 1 + random.below(300);
      const pieces = (async function* () {
        for (let start = 0; start < input.length; start += size) yield input.subarray(start, start + size);
      })();
      const verdict = await reader.readChunks(pieces, interest, judgedAt);
      expect(verdict, `run ${run}`).toEqual(judgeList(input));
    }
  });

  it('OCSP requests none takes our responder down', async () => {
    const respond = createOcspResponder({ authorities: [pki.newer], now: () => judgedAt });
    const request = encodeOcspRequest(asked.certId, askedNonce);
    const random = seededRandom(seed);
    for (let run = 0; run < runs / 20 && run < 1000; run++) {
      expect((await respond(mutated(request, random)))[0], `run ${run}`).toBe(0x30);
    }
  });
});

/** What an authority signs although it is odd: the signature holds, so that every reader behind it is reached. */
describe('what the authority itself signed, however odd,', () => {
  const key = pki.newer.keyPair.privateKey;

  /** Mutations of what is signed there, signed again; each with the number of its run. */
  function* odd(toBeSigned: Uint8Array | undefined): Generator<readonly [Uint8Array, number]> {
    if (toBeSigned === undefined) throw new Error('nothing to mutate');
    const specimen = specimenOf(toBeSigned);
    const random = seededRandom(seed + 2);
    for (let run = 0; run < runs / 6 && run < 20_000; run++) {
      yield [signed(mutatedStructure(specimen, random, [specimen]), key), run];
    }
  }

  it(
    'is a certificate that is refused, or verified with dates and a number of its own',
    () => {
      for (const [input, run] of odd(signedParts(goodCertificate)?.toBeSigned)) {
        const verdict = judgeCertificate(input);
        if (verdict.outcome === 'refused') continue;
        const { serialNumber, notBefore, notAfter } = verdict.certificate;
        expect(notBefore <= judgedAt && judgedAt <= notAfter, `run ${run}`).toBe(true);
        expect(serialNumber, `run ${run}`).toMatch(/^(?!00)([0-9a-f]{2}){1,20}$/);
      }
    },
    limitMs,
  );

  it(
    'is a list that is refused, or read with a number, dates and a place of its own',
    () => {
      for (const [input, run] of odd(signedParts(original('crl', 'accepted.number-7.der'))?.toBeSigned)) {
        const verdict = judgeList(input);
        if (verdict.outcome === 'refused') continue;
        expect(verdict.crlNumber, `run ${run}`).toMatch(/^\d+$/);
        expect(verdict.nextUpdate >= judgedAt, `run ${run}`).toBe(true);
        expect(verdict.hits.every(({ revocationDate }) => Number.isFinite(revocationDate))).toBe(true);
        expect(reader.claimedScope(input)?.distributionPoint).toBe(verdict.distributionPoint);
      }
    },
    limitMs,
  );

  it.each(['good', 'revoked'])(
    'is an answer (%s) that is refused, or says when',
    (name) => {
      for (const [basic, run] of odd(statementIn(original('ocsp', `accepted.${name}.der`)).toBeSigned)) {
        const type = objectIdentifier('1.3.6.1.5.5.7.48.1.1');
        const input = sequence(enumerated(0), context(0, sequence(type, octetString(basic))));
        const verdict = judgeAnswer(input);
        if (verdict.outcome === 'refused') continue;
        const { answer, producedAt } = verdict;
        expect(Number.isFinite(producedAt), `run ${run}`).toBe(true);
        if (answer.status === 'good')
          expect(answer.thisUpdate <= judgedAt + 300_000, `run ${run}`).toBe(true);
        if (answer.status === 'revoked')
          expect(Number.isFinite(answer.revocationTime), `run ${run}`).toBe(true);
      }
    },
    limitMs,
  );
});

const holds = (input: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(input).includes(Buffer.from(part));

/** The signed statement inside an OCSPResponse, whose signature holds by another reader and node:crypto. */
function statementIn(response: Uint8Array) {
  // OCSPResponse { status, [0] { SEQUENCE { type, OCTET STRING { BasicOCSPResponse } } } }
  const basic = readTree(response)?.children?.[1]?.children?.[0]?.children?.[1]?.contents;
  const parts = basic && signedParts(basic);
  if (basic === undefined || parts === undefined) throw new Error('no statement');
  const delegate = readTree(parts.rest)?.children?.[0]?.children?.[0];
  const keys = [pki.newer.keyPair.publicKey, pki.key('another-holder').publicKey];
  const signer = keys.find((publicKey) => verify('sha256', parts.toBeSigned, publicKey, parts.signature));
  const isDelegated = delegate !== undefined && isSignedByAnAuthority(writeTree(delegate));
  expect(signer === keys[0] || (signer === keys[1] && isDelegated)).toBe(true);
  return parts;
}
