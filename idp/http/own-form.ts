import type { OpenInteraction } from '../oidc/interaction.ts';
import { answerFailure } from './fault-to-status.ts';
import { readForm } from './read-body.ts';
import type { RequestContext } from './request-context.ts';
import type { Site } from './site.ts';

const maxFormBytes = 8_192;

/**
 * A form's token: nobody knows it who was not shown a page of this interaction. The interaction's secret stays with us,
 * so that neither its address nor its cookie tells the token.
 */
export function formTokenOf({ context }: Pick<Site, 'context'>, { uid, secret }: OpenInteraction): string {
  return context.secrets.hash(`form ${uid} ${secret}`);
}

/**
 * Reads a form of one of our own pages; another site's is refused: login CSRF would sign its victim in as somebody else.
 * @returns `undefined` when it was answered already.
 * @throws {InvalidInput} as `readBody`.
 */
export async function readOwnForm(
  ctx: RequestContext,
  site: Site,
  interaction: OpenInteraction,
): Promise<((field: string) => string) | undefined> {
  const { secrets, issuer } = site.context;
  const field = await readForm(ctx, maxFormBytes);
  // Every browser names the origin of a form that is posted; whatever does not is no browser with our page.
  const fromHere = ctx.get('origin') === new URL(issuer).origin;
  if (fromHere && secrets.equal(field('token'), formTokenOf(site, interaction))) return field;
  answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
  return undefined;
}
