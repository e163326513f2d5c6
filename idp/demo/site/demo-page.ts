import { currentConsent } from '../../domain/consent.ts';
import { type Html, html } from '../../pages/html.ts';
import type { Frame } from '../../pages/layout.ts';
import type { Locale } from '../../pages/locale.ts';
import { approver, type SamplePerson } from '../people.ts';
import type { PerformedAct } from '../perform.ts';
import { demoPin } from '../test-authority.ts';
import type { DemoTexts } from '../texts/catalogue.ts';
import { demoTextsOf } from '../texts/of-locale.ts';
import type { World } from '../world.ts';
import { actForm, button } from './act-form.ts';
import { demoShell } from './shell.ts';
import type { Standing } from './standing.ts';
import { systemsSection } from './systems-section.ts';
import { waySection } from './way-section.ts';

/** What the page shows: who there is, whom the visitor plays, and what happened. */
export interface DemoView {
  readonly world: World;
  readonly standings: readonly Standing[];
  readonly chosen: SamplePerson;
}

/** The demonstration on one page: who, the card, three systems, the way of the last tap, and how it is stopped. */
export function demoPage(frame: Frame, view: DemoView): string {
  const texts = demoTextsOf(frame.locale);
  const standing = view.standings.find(({ person }) => person.uid === view.chosen.uid);
  if (standing === undefined) throw new TypeError('a person without a standing was chosen');
  const { world } = view;
  return demoShell(
    frame,
    texts.title,
    html`<div class="hero">
<h1>${texts.title}</h1>
<p>${texts.lead} ${texts.realOrNot}</p>
</div>
<div class="columns">
<div class="story">
${youSection(view, standing, texts)}
${systemsSection({ world, standing, texts })}
${stopSection(standing, texts)}
</div>
${waySection(world.journal.acts, texts)}
</div>
${underSection(world, texts)}`,
  );
}

function youSection({ standings, chosen }: DemoView, standing: Standing, texts: DemoTexts): Html {
  const { page } = texts;
  return html`<section class="you" aria-labelledby="you-title">
<h2 id="you-title"><span class="number" aria-hidden="true">1</span>${page.people}</h2>
<p class="hint">${page.peopleHint}</p>
<ul class="persons">
${standings.map((one) => personLink(one, one.person.uid === chosen.uid, texts))}
</ul>
${cardRow(standing, texts)}
</section>`;
}

function personLink({ person, ...standing }: Standing, current: boolean, { locale, page }: DemoTexts): Html {
  const state = stateOf(standing);
  return html`<li><a class="person" id="person-${person.uid}" href="/demo?person=${person.uid}"${current && currentMark}>
<span class="face" aria-hidden="true">${initialOf(person, locale)}</span>
<span class="who"><strong>${nameOf(person, locale)}</strong><span>${locale === 'ja' ? person.departmentJa : person.departmentEn} · <span class="state ${state}">${page.states[state]}</span></span></span></a></li>`;
}

const currentMark = html` aria-current="true"`;

function cardRow(standing: Standing, texts: DemoTexts): Html {
  const { page, locale } = texts;
  const { person } = standing;
  const state = stateOf(standing);
  return html`<div class="card-row">
<div class="plastic ${state}" role="img" aria-label="${nameOf(person, locale)}: ${page.states[state]}">
<span class="card-kind">SAMPLE</span><span class="card-chip"></span><span class="card-name">${nameOf(person, locale)}</span>
<span class="card-stamp">${page.states[state]}</span>
</div>
<div class="card-next">
<p>${page.cardNext[state]}</p>
${nextStep(standing, texts)}
<p class="pin">${page.pinShown(demoPin)}</p>
${state === 'none' && html`<details class="consent"><summary>${page.consent}</summary><p>${currentConsent[locale]}</p></details>`}
</div>
</div>`;
}

function nextStep({ person, card, suspended }: Standing, { page, locale }: DemoTexts): Html | undefined {
  const form = (act: PerformedAct, label: string) =>
    actForm(person, button({ act, label, look: 'primary', id: 'next-step' }));
  if (suspended) return form('restore', page.restore);
  if (card === 'none') return form('register', page.register);
  if (card === 'pending') return form('approve', page.approve(nameOf(approver, locale)));
  return card === 'revoked' ? form('new-card', page.newCard) : undefined;
}

function stopSection({ person, card, suspended }: Standing, { page }: DemoTexts): Html {
  const listed = card === 'active';
  return html`<section class="stop" aria-labelledby="stop-title">
<h2 id="stop-title"><span class="number" aria-hidden="true">3</span>${page.stop}</h2>
<p class="hint">${page.stopHint}</p>
<ul class="stops">
<li>${actForm(person, button({ act: suspended ? 'restore' : 'suspend', label: suspended ? page.restore : page.suspend, look: 'secondary', id: 'suspend' }))}
<p class="hint">${page.suspendHint}</p></li>
<li>${
    card === 'revoked'
      ? actForm(person, button({ act: 'new-card', label: page.newCard, look: 'secondary', id: 'publish' }))
      : actForm(
          person,
          button({
            act: 'publish-list',
            label: page.publish,
            look: 'secondary',
            id: 'publish',
            disabled: !listed,
          }),
        )
  }
<p class="hint">${card === 'revoked' ? page.newCardHint : page.publishHint}</p></li>
</ul>
</section>`;
}

function underSection({ issuer, ports, context }: World, { page }: DemoTexts): Html {
  const discovery = `${issuer}/.well-known/openid-configuration`;
  return html`<section class="under" aria-labelledby="under-title">
<h2 id="under-title">${page.under}</h2>
<p class="hint">${page.underText}</p>
<dl>
<div><dt>${page.endpoints.oidc}</dt><dd><a href="${discovery}"><code>${discovery}</code></a></dd></div>
<div><dt>${page.endpoints.ldap}</dt><dd><code>ldaps://localhost:${ports.ldaps}/${context.ldapBaseDn}</code></dd></div>
<div><dt>${page.endpoints.bridge}</dt><dd><code>http://127.0.0.1:${ports.bridge}</code></dd></div>
<div><dt>${page.endpoints.terminal}</dt><dd><code>npm run demo -- --once</code></dd></div>
</dl>
</section>`;
}

function stateOf({ card, suspended }: Omit<Standing, 'person'>): Standing['card'] | 'suspended' {
  return suspended ? 'suspended' : card;
}

/** A person's name as the language at hand writes it. */
function nameOf({ displayName, nameEn }: SamplePerson, locale: Locale): string {
  return locale === 'ja' ? displayName : nameEn;
}

function initialOf({ displayName, nameEn }: SamplePerson, locale: Locale): string {
  return locale === 'ja' ? (displayName.split(' ')[1]?.[0] ?? '') : (nameEn[0] ?? '');
}
