const pattern = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d+))?(Z|[+-]\d\d(?:\d\d)?)$/;
const [hourMs, minuteMs, secondMs] = [3_600_000, 60_000, 1_000];

/**
 * Reads a generalized time.
 * @returns epoch milliseconds, a fraction of them included; `undefined` for what is none
 * @see RFC 4517 §3.3.13
 */
export function readGeneralizedTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '0', zone = 'Z'] = pattern.exec(text) ?? [];
  if (year === undefined) return undefined;
  const parts = [year, month, day, hour, minute ?? '00', second ?? '00'];
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts.map(Number);
  const at = Date.UTC(y, mo - 1, d, h, mi, s);
  // A 31st of February, or an hour 25, would run over into the next.
  const same = new Date(at).toISOString().replace(/\D/g, '').startsWith(parts.join(''));
  if (!same && s !== 60) return undefined;
  // The fraction is of the smallest unit that is written.
  const unitMs = second !== undefined ? secondMs : minute !== undefined ? minuteMs : hourMs;
  return at + Number(`0.${fraction}`) * unitMs - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const ms = Number(zone.slice(1, 3)) * hourMs + Number(zone.slice(3) || '0') * minuteMs;
  return zone.startsWith('-') ? -ms : ms;
}

/** @see RFC 4517 §3.3.13 */
export function writeGeneralizedTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
}
