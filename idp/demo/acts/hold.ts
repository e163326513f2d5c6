import { readSerial } from '../bridges.ts';
import { visitKiosk } from '../kiosk-visit.ts';
import { jobsOf } from '../sample-systems.ts';
import { demoPin } from '../test-authority.ts';
import { type ActFunction, type ActParts, done, lastDenial, nameOf, refused } from './act-parts.ts';

/** What is typed where the story wants a wrong PIN. */
const wrongPinDigits = '0000';

/** OpenID Connect, walked page by page. @param pin absent: a tap without it. */
function holdAtKiosk(pin?: string): ActFunction {
  return async (parts) => {
    const { world, issued, locale } = parts;
    const outcome = await visitKiosk({
      ...{
        kioskUrl: world.kiosk.url,
        issuer: world.issuer,
        bridgeUrl: `http://127.0.0.1:${world.ports.bridge}`,
      },
      ...{ reader: world.frontDesk.reader, card: issued.card, journal: world.journal, language: locale },
      ...(pin === undefined ? {} : { pin }),
    });
    if (outcome.outcome === 'refused') {
      world.journal.note('system', 'nobody-punched');
      return refused(outcome.reason, { triesLeft: issued.card.triesLeft });
    }
    const punch = world.kiosk.punches.at(-1);
    return done({ name: nameOf(parts), acr: punch?.acr ?? '', amr: punch?.amr.join(' ') ?? '' });
  };
}

export const kioskTap = holdAtKiosk();
export const kioskPin = holdAtKiosk(demoPin);
export const wrongPin = holdAtKiosk(wrongPinDigits);

/** LDAP search: the printer's own reader reads the number. */
export const print: ActFunction = async (parts) => {
  const { world, person, locale } = parts;
  const { journal, printer, printerReader } = world;
  const release = await printer.release(await serialAt(parts, printerReader));
  if (release.outcome === 'unknown') {
    journal.note('system', 'nothing-released');
    return refused(lastDenial(world));
  }
  for (const { title, titleEn, pages } of release.jobs) {
    journal.note('system', 'job-released', { title: locale === 'ja' ? title : titleEn, pages });
  }
  // The next visitor to the printer finds something, too.
  for (const job of jobsOf(person.uid)) printer.hold(job);
  return done({ name: nameOf({ person, locale }), jobs: release.jobs.length });
};

async function serialAt({ issued }: ActParts, reader: ActParts['world']['printerReader']): Promise<string> {
  reader.present(issued.card);
  try {
    return await readSerial(reader);
  } finally {
    reader.remove();
  }
}

/** LDAP bind: a reader of ours posts the tap, the controller binds with the number. */
export const door: ActFunction = async ({ world, issued }) => {
  const serialNumber = await world.doorReader.hold(issued.card);
  const opened = await world.door.open(serialNumber);
  world.journal.note('system', opened === 'open' ? 'door-opened' : 'door-shut');
  return opened === 'open' ? done() : refused(lastDenial(world));
};
