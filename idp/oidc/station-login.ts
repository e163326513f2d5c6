import type { Context } from 'koa';
import type { InteractionResults, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Factor } from '../domain/factor.ts';
import { finishLogin } from './interaction.ts';

/**
 * Lets a sign-in at a station go on, marked as such: its session is kept from every browser.
 * @returns where the browser goes; `undefined` when it has expired.
 */
export async function finishAtStation(
  provider: Provider,
  uid: string,
  factor: Factor,
): Promise<string | undefined> {
  const resumeUrl = await finishLogin(provider, uid, factor);
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return undefined;
  interaction.result = { ...interaction.result, station: true };
  await interaction.persist();
  return resumeUrl;
}

/** Whether this answer goes on from a sign-in at a station. */
export function restsOnStation(ctx: Context): boolean {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const result: InteractionResults | undefined = oidc?.result ?? oidc?.entities.Interaction?.result;
  return result?.station === true;
}

/** Whether this answer leads to another question of the same sign-in, and to the client only after that. */
export function asksForMore(ctx: Context): boolean {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const next = oidc?.entities.Interaction?.uid;
  return oidc?.route === 'resume' && next !== undefined && ctx.response.get('location').includes(`/${next}`);
}
