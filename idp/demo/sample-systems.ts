import type { Clock } from '../ports/clock.ts';
import type { Credentials } from './installation.ts';
import type { Journal } from './journal.ts';
import { samplePeople } from './people.ts';
import { type AttendanceKiosk, type KioskEvent, startAttendanceKiosk } from './systems/attendance-kiosk.ts';
import { Door } from './systems/door.ts';
import { type HeldJob, PrintStation } from './systems/print-station.ts';

/** Three systems of other vendors, which speak standard protocols and nothing else. */
export interface SampleSystems {
  readonly kiosk: AttendanceKiosk;
  readonly printer: PrintStation;
  readonly door: Door;
}

/** Whose card lies ready for a visitor who walks the kiosk. */
export interface ByHand {
  uid: string;
}

const documents: readonly (readonly [string, string, number])[] = [
  ['会議資料（案）', 'Meeting papers (draft)', 12],
  ['窓口混雑状況 10月', 'Counter statistics, October', 3],
];

/** Starts the systems with what an administrator handed to their vendors. */
export async function startSampleSystems(parts: {
  readonly issuer: string;
  readonly kioskPort: number;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly byHand: ByHand;
}): Promise<SampleSystems> {
  const { issuer, kioskPort, credentials, clock, journal, byHand } = parts;
  const printer = new PrintStation(credentials.printer, allJobs(), ({ operation, ms, entries = 0 }) =>
    journal.note('system', operation, { entries }, ms),
  );
  const door = new Door(credentials.door, credentials.door.deviceName, ({ operation, ms, resultCode }) =>
    journal.note('system', operation, { resultCode }, ms),
  );
  const kiosk = await startAttendanceKiosk({
    port: kioskPort,
    issuer,
    ...credentials.kiosk,
    clock,
    observe: (event) => noteKiosk(journal, byHand, event),
  });
  return { kiosk, printer, door };
}

/** The documents that wait for a person. */
export function jobsOf(ownerUid: string): readonly HeldJob[] {
  return documents.map(([title, titleEn, pages], index) => ({
    id: `${ownerUid}-${index}`,
    ownerUid,
    title,
    titleEn,
    pages,
  }));
}

function allJobs(): readonly HeldJob[] {
  return samplePeople.flatMap(({ uid }) => jobsOf(uid));
}

function noteKiosk(journal: Journal, { uid }: ByHand, event: KioskEvent): void {
  if (event.type === 'asked' && !journal.isDriven) {
    journal.begin('kiosk-by-hand', uid);
    journal.note('system', 'kiosk-asks', {}, event.ms);
  }
  if (event.type === 'punched') {
    const { name, acr, amr } = event.punch;
    journal.note('system', 'code-exchanged', {}, event.ms);
    journal.note('system', 'punched', { name, acr, amr: amr.join(' ') });
  }
  if (event.type === 'not-punched') journal.note('system', 'nobody-punched', { reason: event.reason });
}
