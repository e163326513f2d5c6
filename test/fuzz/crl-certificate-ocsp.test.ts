import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeOcspRequest } from '../../connectors/jpki/ocsp-request.ts';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import { readAnchor } from '../../idp/jpki/anchors.ts';
import { mutated } from '../support/mutate.ts';
import { mutatedStructure, type Specimen } from '../support/mutate-structure.ts';
import { seededRandom } from '../support/random.ts';
import { askedNonce } from '../vectors/ocsp-answers.ts';
import { judgedAt } from '../vectors/pki.ts';
import { corpusOf, original } from './corpus.ts';
import {
  asked,
  interest,
  isSignedByAnAuthority,
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
import { createStopwatch } from './stopwatch.ts';

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

const holds = (input: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(input).includes(Buffer.from(part));
