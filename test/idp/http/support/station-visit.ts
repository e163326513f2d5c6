import type { Page } from './browser.ts';
import type { KioskBrowser } from './kiosk-browser.ts';
import type { RelyingParty, StartedSignIn } from './relying-party.ts';

/** What a call of the page's script got. */
export interface Answered {
  readonly status: number;
  readonly body: { readonly [name: string]: string };
}

/** One sign-in that is shown in a browser: the steps of the page's script, one by one. */
export class StationVisit {
  readonly browser: KioskBrowser;
  readonly started: StartedSignIn;
  readonly page: Page;

  private constructor(browser: KioskBrowser, started: StartedSignIn, page: Page) {
    this.browser = browser;
    this.started = started;
    this.page = page;
  }

  static async begin(
    browser: KioskBrowser,
    party: RelyingParty,
    parameters: Record<string, string> = {},
  ): Promise<StationVisit> {
    const started = await party.start(parameters);
    return new StationVisit(browser, started, await browser.follow(started.url));
  }

  get uid(): string {
    return new URL(this.page.url).pathname.split('/')[2] ?? '';
  }

  get base(): string {
    return `${new URL(this.page.url).origin}/interaction/${this.uid}/station`;
  }

  async call(step: string, body: object = {}, by = this.browser): Promise<Answered> {
    const { status, text } = await by.postJson(`${this.base}/${step}`, body);
    return { status, body: text.startsWith('{') ? (JSON.parse(text) as Answered['body']) : {} };
  }

  async challenge(): Promise<string> {
    const { status, body } = await this.call('challenge', { pairingId: this.browser.pairingId });
    if (status !== 200) throw new Error(`challenge: ${status} ${body.error}`);
    return body.challenge ?? '';
  }

  /** Shows the key of the station for this sign-in. */
  async open(): Promise<Answered> {
    const challenge = await this.challenge();
    const { pairingId } = this.browser;
    return this.call('open', {
      pairingId,
      challenge,
      signature: this.browser.sign(this.uid, challenge),
    });
  }

  /** Where the script is sent on; empty: still waiting. */
  async wait(question: object = {}): Promise<string> {
    return (await this.call('wait', question)).body.next ?? '';
  }

  /** The page with the name, and what it must bring back. */
  async shown(): Promise<{ readonly page: Page; readonly confirmation: string }> {
    const page = await this.browser.get(this.base);
    return { page, confirmation: /data-confirmation="([^"]+)"/.exec(page.text)?.[1] ?? '' };
  }

  /** Says yes to the name. @returns where the browser goes. */
  async confirm(confirmation: string): Promise<string> {
    return (await this.call('confirm', { confirmation })).body.next ?? '';
  }
}
