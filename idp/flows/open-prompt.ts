import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { after, type FlowContext } from './context.ts';

/** How long a browser's request for a tap stays open. */
export const promptSeconds = 180;

type Context = Pick<FlowContext, 'taps' | 'clock' | 'secrets'>;

/** Opens a request for a tap for one interaction of one browser; a tap can only answer what was open before it. */
export async function openPrompt(
  { taps, clock, secrets }: Context,
  request: { readonly clientId: string; readonly demand: 'tap' | 'pin'; readonly interactionUid: string },
): Promise<{ readonly nonce: string; readonly expiresAt: Instant }> {
  const openedAt = clock.now();
  const prompt = {
    nonce: secrets.random(256),
    clientId: request.clientId as ClientId,
    demand: request.demand,
    interactionHash: secrets.hash(request.interactionUid),
    openedAt,
    expiresAt: after(openedAt, promptSeconds),
  };
  await taps.open(prompt);
  return { nonce: prompt.nonce, expiresAt: prompt.expiresAt };
}
