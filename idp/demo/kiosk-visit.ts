import type { SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import type { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import type { Journal, Place, StepName } from './journal.ts';
import { type HopListener, type LoadedPage, RobotBrowser } from './robot-browser.ts';

/** What a person does at the kiosk: hold the card, or put it down and type a PIN. */
export interface KioskVisit {
  readonly kioskUrl: string;
  readonly issuer: string;
  readonly bridgeUrl: string;
  /** The reader beside the kiosk. */
  readonly reader: SoftwareReader;
  readonly card: SoftwareJpkiCard;
  /** Typed on the bridge's page; absent: a tap without PIN. */
  readonly pin?: string;
  readonly language: string;
  readonly journal: Journal;
}

/** Where the visit ended. */
export type KioskOutcome =
  | { readonly outcome: 'punched' }
  /** By the reason that the refusing page names. */
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * Walks the pages that a person's browser would show: kiosk, sign-in page, the bridge's own page, and back. Nothing is
 * short-circuited: cookies, redirects and the headers of a navigation are what the servers decide on.
 */
export async function visitKiosk(visit: KioskVisit): Promise<KioskOutcome> {
  const browser = new RobotBrowser(visit.language, noteHops(visit));
  try {
    const signIn = await browser.navigate(new URL('/punch/in', visit.kioskUrl));
    const href = linkOf(signIn, visit.pin === undefined ? 'tap-hint' : 'pin-hint');
    if (href === undefined) return endOf(signIn, visit);
    const asking = await browser.navigate(href);
    // Where somebody else is being asked, no card is held.
    if (asking.status === 200) visit.reader.present(visit.card);
    const end = await presentCard(browser, asking, visit);
    return endOf(end, visit);
  } finally {
    visit.reader.remove();
  }
}

/** Follows the bridge's page, as its script does, until it leads on or says that it ended. */
async function presentCard(browser: RobotBrowser, first: LoadedPage, visit: KioskVisit): Promise<LoadedPage> {
  let page = first;
  let typed = false;
  while (page.url.origin === visit.bridgeUrl) {
    const revision = /data-revision="(\d+)"/.exec(page.text)?.[1];
    const secret = /name="secret" value="([^"]+)"/.exec(page.text)?.[1];
    if (revision === undefined || secret === undefined) return page;
    if (!typed && visit.pin !== undefined && page.text.includes('name="pin"')) {
      typed = true;
      page = await browser.submit(`${page.url.pathname}/pin`, { secret, pin: visit.pin });
    } else {
      await browser.fetchPart(`${page.url.pathname}/change?seen=${revision}`);
      page = await browser.navigate(page.url);
    }
  }
  return page;
}

function endOf(page: LoadedPage, visit: KioskVisit): KioskOutcome {
  if (page.url.origin === new URL(visit.kioskUrl).origin && page.status === 200)
    return { outcome: 'punched' };
  const named = /<code>([\w-]+)<\/code>/.exec(page.text)?.[1];
  const atBridge = page.url.origin === visit.bridgeUrl ? reasonAtBridge(page, visit) : undefined;
  return { outcome: 'refused', reason: named ?? atBridge ?? 'sign-in-failed' };
}

/** The bridge speaks to people, in words: what happened there, the journal has seen. */
function reasonAtBridge({ status }: LoadedPage, { journal }: KioskVisit): string {
  const refused = journal.openSteps.findLast(({ what }) => what === 'tap-refused');
  if (refused !== undefined) return String(refused.facts.reason);
  if (journal.openSteps.some(({ what }) => what === 'pin-refused-by-card')) return 'pin-wrong';
  return status === 409 ? 'reader-busy' : 'sign-in-failed';
}

/** The sign-in page's links are told apart by what describes them. */
function linkOf({ text }: LoadedPage, describedBy: string): string | undefined {
  const href = new RegExp(`href="([^"]+)"[^>]*aria-describedby="${describedBy}"`).exec(text)?.[1];
  return href?.replaceAll('&amp;', '&');
}

/** Which of the provider's answers is a step of its own. */
function stepOf({ pathname }: URL): [Place, StepName] | undefined {
  if (pathname === '/authorize') return ['system', 'kiosk-asks'];
  if (pathname.endsWith('/present')) return ['provider', 'led-to-bridge'];
  return pathname === '/interaction/return' ? ['provider', 'browser-returns'] : undefined;
}

/** Turns the browser's way into steps. */
function noteHops({ issuer, journal }: KioskVisit): HopListener {
  const { origin } = new URL(issuer);
  return (url) => {
    const step = url.origin === origin ? stepOf(url) : undefined;
    return step === undefined ? () => {} : journal.note(...step);
  };
}
