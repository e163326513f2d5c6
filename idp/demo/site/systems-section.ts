import { Html, html } from '../../pages/html.ts';
import type { Act, ActName } from '../journal.ts';
import { resultText } from '../result-text.ts';
import type { DemoTexts } from '../texts/catalogue.ts';
import type { World } from '../world.ts';
import { actForm, button } from './act-form.ts';
import type { Standing } from './standing.ts';

interface Parts {
  readonly world: World;
  readonly standing: Standing;
  readonly texts: DemoTexts;
}

type System = 'kiosk' | 'printer' | 'door';

const actsOf: { readonly [system in System]: readonly ActName[] } = {
  kiosk: ['kiosk-tap', 'kiosk-pin', 'kiosk-by-hand', 'wrong-pin'],
  printer: ['print'],
  door: ['door'],
};

/** Three systems, each with its reader and what it last did for this person. */
export function systemsSection(parts: Parts): Html {
  const { texts, standing, world } = parts;
  const { page } = texts;
  const { person } = standing;
  const held = world.printer.heldFor(person.uid).length;
  const hold = (id: string, act: 'kiosk-tap' | 'print' | 'door', label: string) =>
    actForm(person, button({ act, label, look: 'primary', id }));
  return html`<section class="systems" aria-labelledby="systems-title">
<h2 id="systems-title"><span class="number" aria-hidden="true">2</span>${page.systems}</h2>
<p class="hint">${page.systemsHint}</p>
<ul class="tiles">
${tile(
  parts,
  'kiosk',
  html`${actForm(
    person,
    button({ act: 'kiosk-tap', label: page.kiosk.hold, look: 'primary', id: 'hold-kiosk' }),
    button({ act: 'kiosk-pin', label: page.kiosk.holdWithPin, look: 'secondary', id: 'pin-kiosk' }),
  )}
<p class="by-hand"><a href="/demo/by-hand?person=${person.uid}" target="_blank" aria-describedby="by-hand-hint">${page.kiosk.byHand}</a>
<span class="hint" id="by-hand-hint">${page.kiosk.byHandHint}</span></p>`,
)}
${tile(
  parts,
  'printer',
  html`${hold('hold-printer', 'print', page.printer.hold)}
<p class="hint">${page.printer.held(held)}</p>`,
)}
${tile(parts, 'door', hold('hold-door', 'door', page.door.hold))}
</ul>
</section>`;
}

function tile({ texts, standing, world }: Parts, system: System, ways: Html): Html {
  const { name, protocol, what } = texts.page[system];
  const last = world.journal.acts.findLast(
    (act) =>
      act.personUid === standing.person.uid && actsOf[system].includes(act.name) && act.result !== undefined,
  );
  const outcome = last?.result?.outcome;
  const light = outcome === undefined ? 'idle' : outcome === 'done' ? 'yes' : 'no';
  return html`<li class="tile ${system} ${light}">
<div class="scene">${scenes[system]}</div>
<h3>${name} <span class="protocol">${protocol}</span></h3>
<p class="what">${what}</p>
<p class="outcome ${light}">${last && outcomeOf(last, texts)}</p>
<div class="ways">
${ways}
</div>
</li>`;
}

function outcomeOf({ name, result }: Act, { locale }: DemoTexts): string {
  return result === undefined ? '' : resultText(name, result, locale);
}

/** Decoration only: a device, its reader with a light, and a card that comes over it while something is under way. */
const scenes: { readonly [system in System]: Html } = {
  kiosk: scene(
    '<rect class="device" x="30" y="8" width="100" height="62" rx="6"/><rect class="screen" x="37" y="15" width="86" height="48" rx="3"/>' +
      '<circle class="clock-face" cx="80" cy="39" r="16"/><path class="clock-hands" d="M80 29v10l7 5"/>' +
      '<path class="device" d="M70 70h20v10H70z"/>',
  ),
  printer: scene(
    '<path class="paper back" d="M52 10h56v26H52z"/><rect class="device" x="30" y="30" width="100" height="36" rx="6"/>' +
      '<path class="slot" d="M46 56h68"/><path class="paper out" d="M52 56h56v24H52z"/><path class="lines" d="M60 64h40M60 71h28"/>',
  ),
  door: scene(
    '<rect class="frame" x="52" y="6" width="56" height="74"/><path class="leaf" d="M56 10h48v70H56z"/>' +
      '<circle class="knob" cx="96" cy="46" r="3"/>',
  ),
};

function scene(device: string): Html {
  return new Html(
    `<svg viewBox="0 0 220 92" width="220" height="92" aria-hidden="true" focusable="false">${device}` +
      '<path class="ground" d="M14 81h192"/><rect class="reader" x="148" y="58" width="50" height="22" rx="5"/>' +
      '<circle class="light" cx="190" cy="66" r="3.5"/><path class="waves" d="M164 68a9 9 0 0 0 18 0M168 67a5 5 0 0 0 10 0"/>' +
      '<g class="moving-card"><rect x="150" y="22" width="46" height="28" rx="4"/><rect class="moving-chip" x="156" y="30" width="9" height="7" rx="1.5"/></g></svg>',
  );
}
