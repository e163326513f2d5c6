import type { Reader } from '../domain/reader.ts';
import { enrolReader } from '../flows/manage-readers.ts';
import type { EnrolmentAnswer } from '../wire/enrolment.ts';
import { returnPath } from './interaction-paths.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { parsePublicKey } from './p256-key.ts';
import { readJson } from './read-body.ts';
import type { RouteHandler } from './request-context.ts';
import type { Site } from './site.ts';
import { answerRefusal } from './wire-refusal.ts';

const maxEnrolmentBytes = 4_096;

/** `POST /readers/enrol`: a one-time code and the public half of a key made on the spot. */
export function postEnrolment(site: Site): RouteHandler {
  return async (ctx) => {
    if (answeredTooManyAttempts(ctx, site)) return;
    const { code, publicKey: claimedKey } = await readJson(ctx, maxEnrolmentBytes);
    const publicKey = parsePublicKey(claimedKey);
    if (publicKey === undefined) return answerRefusal(ctx, 'public-key');
    const outcome = await enrolReader(site.context, {
      code: typeof code === 'string' ? code : '',
      publicKey,
    });
    if (outcome.outcome === 'refused') {
      noteWrongCode(ctx, site);
      return answerRefusal(ctx, outcome.reason);
    }
    ctx.body = answerFor(outcome.reader, site);
  };
}

/** `GET /readers/keys`: the keys that sign challenges to bridges. @see RFC 7517 §5 */
export function getChallengeKeys({ challengeKeys }: Pick<Site, 'challengeKeys'>): RouteHandler {
  return async (ctx) => {
    ctx.type = 'application/jwk-set+json';
    ctx.body = JSON.stringify({ keys: challengeKeys.published });
  };
}

function answerFor(reader: Reader, { context, challengeKeys, demoBanner }: Site): EnrolmentAnswer {
  const { readerId, name, kind, evidence } = reader;
  return {
    ...{ readerId, name, kind, evidence },
    issuer: context.issuer,
    returnUrl: `${context.issuer}${returnPath}`,
    challengeKeys: challengeKeys.published,
    demonstration: demoBanner,
  };
}
