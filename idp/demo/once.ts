import type { Locale } from '../pages/locale.ts';
import type { Act, Step } from './journal.ts';
import { samplePeople } from './people.ts';
import { Stage } from './perform.ts';
import { msText, resultText } from './result-text.ts';
import { type Scene, story } from './story.ts';
import { demoTextsOf } from './texts/of-locale.ts';
import type { World } from './world.ts';

const msColumn = 92;

/** Plays the story in the terminal until told to stop. @returns how many steps had another outcome than expected. */
export async function playOnce(
  world: World,
  locale: Locale,
  { log, signal }: { readonly log: (line: string) => void; readonly signal: AbortSignal },
): Promise<number> {
  const texts = demoTextsOf(locale);
  const stage = new Stage(world, log);
  const [person] = samplePeople;
  if (person === undefined) throw new TypeError('nobody to play the story with');
  log(texts.once.lead);
  let wrong = 0;
  for (const [index, scene] of story.entries()) {
    if (signal.aborted) return wrong;
    const act = await stage.perform(scene.act, person, locale);
    const good = act.result !== undefined && scene.met(act.result);
    if (!good) wrong += 1;
    for (const line of linesOf(act, scene, { index, good, locale })) log(line);
  }
  log('');
  log(wrong === 0 ? texts.once.allGood : texts.once.someWrong(wrong));
  return wrong;
}

function linesOf(
  act: Act,
  scene: Scene,
  { index, good, locale }: { readonly index: number; readonly good: boolean; readonly locale: Locale },
): readonly string[] {
  const texts = demoTextsOf(locale);
  const number = String(index + 1).padStart(2);
  const outcome = act.result === undefined ? '' : resultText(act.name, act.result, locale);
  const headline = `${number} ${good ? '✓' : '✗'} ${texts.acts[act.name].title}: ${outcome}`;
  return [
    '',
    withMs(headline, act.ms),
    ...act.steps.map((step) => withMs(`     ${stepText(step, locale)}`, step.ms)),
    ...(good ? [] : [`     ${texts.once.expected(scene.expect)}`]),
  ];
}

function stepText({ place, what, facts }: Step, locale: Locale): string {
  const texts = demoTextsOf(locale);
  return `${padded(texts.places[place], 10)} ${texts.steps[what](facts)}`;
}

function withMs(line: string, ms: number | undefined): string {
  if (ms === undefined) return line;
  return `${padded(line, msColumn)} ${msText(ms).padStart(8)}`;
}

/** Filled up with spaces; Japanese characters are two columns wide. */
function padded(text: string, columns: number): string {
  const width = [...text].reduce(
    (sum, character) => sum + (/[\u3000-\u9fff\uff00-\uffef]/.test(character) ? 2 : 1),
    0,
  );
  return text + ' '.repeat(Math.max(0, columns - width));
}
