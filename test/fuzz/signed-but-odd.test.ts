import { describe, expect, it } from 'vitest';
import {
  context,
  enumerated,
  objectIdentifier,
  octetString,
  sequence,
} from '../../idp/demo/authority/der-writer.ts';
import { signed } from '../../idp/demo/authority/signer.ts';
import { signedParts } from '../support/der-tree.ts';
import { mutatedStructure, specimenOf } from '../support/mutate-structure.ts';
import { seededRandom } from '../support/random.ts';
import { judgedAt } from '../vectors/pki.ts';
import { original } from './corpus.ts';
import {
  goodCertificate,
  judgeAnswer,
  judgeCertificate,
  judgeList,
  limitMs,
  pki,
  reader,
  runs,
  seed,
  statementIn,
} from './jpki-under-test.ts';

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
