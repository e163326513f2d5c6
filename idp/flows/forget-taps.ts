import { msPerSecond } from '../domain/instant.ts';
import type { FlowContext } from './context.ts';
import { promptSeconds } from './open-prompt.ts';

/**
 * Forgets prompts and taps that nobody can use any more. A tap is good for as long as the prompt that it answers: one
 * that is forgotten earlier would refuse somebody who held the right card a moment ago.
 */
export function forgetTaps({ taps, clock }: Pick<FlowContext, 'taps' | 'clock'>): Promise<number> {
  return taps.sweep(clock.now() - promptSeconds * msPerSecond);
}
