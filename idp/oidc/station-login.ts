import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ReaderId } from '../domain/reader.ts';
import { factorsOf } from './interaction.ts';

/** The readers at which a sign-in was proved that goes on with this answer. */
export function readersOfLogin(ctx: Context): readonly ReaderId[] {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const result = oidc?.result ?? oidc?.entities.Interaction?.result ?? {};
  return factorsOf(result).flatMap(({ readerId }) => (readerId === undefined ? [] : [readerId]));
}

/** Whether this answer leads to another question of the same sign-in, and to the client only after that. */
export function asksForMore(ctx: Context): boolean {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const next = oidc?.entities.Interaction?.uid;
  return oidc?.route === 'resume' && next !== undefined && ctx.response.get('location').includes(`/${next}`);
}
