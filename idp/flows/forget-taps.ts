import { msPerSecond } from '../domain/instant.ts';
import type { FlowContext } from './context.ts';
import { promptSeconds } from './open-prompt.ts';

/**
 * Forgets prompts and taps that nobody can use any more. A tap is good for as long as the prompt that it answers, or for
 * as long as some device takes it: one that is forgotten earlier would refuse somebody who held the right card in time.
 */
export async function forgetTaps({
  taps,
  clock,
  clients,
}: Pick<FlowContext, 'taps' | 'clock' | 'clients'>): Promise<number> {
  const fresh = clients.devices().map(({ policy }) => policy.tapFreshSeconds);
  await taps.stations.sweep(clock.now());
  return taps.sweep(clock.now() - Math.max(promptSeconds, ...fresh) * msPerSecond);
}
