import type { Acr } from '../domain/assurance.ts';

/** What an authorization request asks of the assurance, as the client sent it. */
export interface AssuranceRequest {
  readonly acr_values?: unknown;
  /** The `claims` parameter: JSON. */
  readonly claims?: unknown;
}

/** Which assurances a sign-in may reach for one request. */
export interface AcceptableAcrs {
  /** One of these, or the request fails. Empty: it cannot be met at all. */
  readonly demanded: readonly Acr[];
  /** The ones worth trying first; never empty unless `demanded` is. */
  readonly preferred: readonly Acr[];
}

/**
 * Holds a request against what the client accepts: an essential `acr` narrows the list, `acr_values` only states a wish.
 * @see OpenID Connect Core §3.1.2.1 (`acr_values`)
 * @see OpenID Connect Core §5.5.1.1 (essential `acr`)
 */
export function acceptableAcrs(accepted: readonly Acr[], request: AssuranceRequest): AcceptableAcrs {
  const essential = essentialAcrs(request.claims);
  const demanded = essential === undefined ? accepted : accepted.filter((acr) => essential.includes(acr));
  const wished = typeof request.acr_values === 'string' ? request.acr_values.split(' ') : [];
  const preferred = demanded.filter((acr) => wished.includes(acr));
  return { demanded, preferred: preferred.length > 0 ? preferred : demanded };
}

function essentialAcrs(claims: unknown): readonly unknown[] | undefined {
  const acr = typeof claims === 'string' ? acrMember(claims) : undefined;
  if (acr?.essential !== true) return undefined;
  if (Array.isArray(acr.values)) return acr.values;
  return acr.value === undefined ? undefined : [acr.value];
}

interface AcrMember {
  readonly essential?: unknown;
  readonly value?: unknown;
  readonly values?: unknown;
}

function acrMember(claims: string): AcrMember | undefined {
  try {
    // Untrusted, but shaped by the library's own check before an interaction exists; anything else asks for nothing.
    const parsed: unknown = JSON.parse(claims);
    const member = (parsed as { id_token?: { acr?: unknown } } | null)?.id_token?.acr;
    return typeof member === 'object' && member !== null ? member : undefined;
  } catch {
    return undefined;
  }
}
