import { InvalidInput } from './fault.ts';
import { type Instant, msPerSecond } from './instant.ts';

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

/** A stretch of the day on some days of the week, in Japan's time. */
export interface HoursOfUse {
  readonly days: readonly Weekday[];
  /** Minutes after midnight; the first one of it. */
  readonly fromMinute: number;
  /** The first minute after it; 1440 at the end of the day. */
  readonly untilMinute: number;
}

const minutesPerDay = 1_440;
const msPerMinute = 60 * msPerSecond;
/** Japan has had no other time since 1951, and no summer time. */
const japanMs = 9 * 60 * msPerMinute;

/** Whether a moment is in one of the stretches; none given means always. A time that is no number is in none. */
export function isWithinHours(hours: readonly HoursOfUse[], now: Instant): boolean {
  if (hours.length === 0) return true;
  const minutes = Math.floor((now + japanMs) / msPerMinute);
  const minute = minutes % minutesPerDay;
  // 1 January 1970 was a Thursday.
  const day = weekdays[(Math.floor(minutes / minutesPerDay) + 4) % 7];
  return hours.some(
    ({ days, fromMinute, untilMinute }) =>
      day !== undefined && days.includes(day) && minute >= fromMinute && minute < untilMinute,
  );
}

/** The last midnight in Japan. */
export function startOfDay(now: Instant): Instant {
  const dayMs = minutesPerDay * msPerMinute;
  return Math.floor((now + japanMs) / dayMs) * dayMs - japanMs;
}

const spelled = /^([a-z]{3})(?:-([a-z]{3}))?@([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/**
 * Reads `mon-fri@08:00-18:30` or `sat@09:00-12:00`.
 * @throws {InvalidInput} `ERR_HOURS` when it is not written so, or ends before it begins: a night is two stretches.
 */
export function parseHoursOfUse(text: string): HoursOfUse {
  const [, first, last = first, fromHour, fromRest, untilHour, untilRest] = spelled.exec(text) ?? [];
  const [from, to] = [weekdays.indexOf(first as Weekday), weekdays.indexOf(last as Weekday)];
  const fromMinute = Number(fromHour) * 60 + Number(fromRest);
  const untilMinute = Number(untilHour) * 60 + Number(untilRest);
  if (from < 0 || to < 0 || !(fromMinute < untilMinute) || untilMinute > minutesPerDay) {
    throw new InvalidInput(
      'ERR_HOURS',
      `Hours are written like mon-fri@08:00-18:30, not "${text}"; a night is two of them: fri@22:00-24:00 and sat@00:00-05:00.`,
    );
  }
  const count = ((to - from + weekdays.length) % weekdays.length) + 1;
  const days = weekdays.filter((_, index) => (index - from + weekdays.length) % weekdays.length < count);
  return { days, fromMinute, untilMinute };
}

/** As `parseHoursOfUse` reads it, a stretch for each run of days. */
export function hoursText({ days, fromMinute, untilMinute }: HoursOfUse): string {
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${days.join(',')}@${clock(fromMinute)}-${clock(untilMinute)}`;
}
