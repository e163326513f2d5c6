import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * Where a form on this page of the library may end beside our own origin, as a CSP source. `form-action` also stops a
 * form whose answer redirects elsewhere (Chromium): `response_mode=form_post`, and the form that ends the session of
 * the person before and then returns to the client, must reach the client's redirect URI.
 * @see W3C Content Security Policy Level 3 §6.4.2 (`form-action`)
 */
export function formTargetOf(ctx: Context): string | undefined {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.redirectUriCheckPerformed !== true && oidc?.entities.Interaction === undefined) return undefined;
  return sourceOf(oidc.entities.Interaction?.params.redirect_uri ?? oidc.params?.redirect_uri);
}

/** A redirect URI's place as a CSP source: its origin, or its scheme where that has none. */
export function sourceOf(redirectUri: unknown): string | undefined {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined;
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}
