import { readFileSync } from 'node:fs';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { readAnchor } from '../../idp/jpki/anchors.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { firstSerialNumber } from './long-list.ts';

/** The process that `crl.ts` measures: reads a list against 10,000 cards, every third of which it names. */
const [listFile = '', anchorFile = '', entryCount = ''] = process.argv.slice(2);
const cards = 10_000;
/** Spread over the whole list, and no multiple of three apart. */
const apart = 1 + 3 * Math.floor(Number(entryCount) / cards);
const interest = new Set(
  Array.from(
    { length: cards },
    (_, index) => (firstSerialNumber + index * apart).toString(16).padStart(8, '0') as SerialNumber,
  ),
);
const named = Array.from({ length: cards }, (_, index) => index * apart).filter(
  (offset) => offset % 3 === 0 && offset / 3 < Number(entryCount),
).length;
const reader = createCrlReader({
  anchors: [readAnchor(readFileSync(anchorFile))],
  allowTestAuthorities: true,
});
const before = peakMiB();
const list = readFileSync(listFile);
const started = performance.now();
const verdict = reader.read(list, interest, Date.now());
const readMilliseconds = performance.now() - started;
if (verdict.outcome === 'refused') throw new Error(verdict.reason);
if (verdict.entryCount !== Number(entryCount) || verdict.hits.length !== named || named === 0) {
  throw new Error('the list was read wrongly');
}
const peakMiBAboveList = peakMiB() - before - list.length / 2 ** 20;
process.stdout.write(JSON.stringify({ readMilliseconds, peakMiB: peakMiB(), peakMiBAboveList }));

/** Not `resourceUsage().maxRSS`: that begins with what the parent held when it started us. @see proc(5) VmHWM */
function peakMiB(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;
}
