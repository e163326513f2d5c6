import { readFileSync } from 'node:fs';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { readAnchor } from '../../idp/jpki/anchors.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';

/** The process that `crl.ts` measures: reads a list against 10,000 cards, every third of which it names. */
const [listFile = '', anchorFile = ''] = process.argv.slice(2);
const interest = new Set(
  Array.from(
    { length: 10_000 },
    (_, index) => (0x0a00_0001 + index * 100).toString(16).padStart(8, '0') as SerialNumber,
  ),
);
const reader = createCrlReader({
  anchors: [readAnchor(readFileSync(anchorFile))],
  allowTestAuthorities: true,
});
const before = process.resourceUsage().maxRSS / 1024;
const list = readFileSync(listFile);
const started = performance.now();
const verdict = reader.read(list, interest, Date.now());
const readMilliseconds = performance.now() - started;
if (verdict.outcome === 'refused') throw new Error(verdict.reason);
if (verdict.entryCount !== 1_000_000 || verdict.hits.length !== 3334)
  throw new Error('the list was read wrongly');
const peakMiBAboveList = process.resourceUsage().maxRSS / 1024 - before - list.length / 2 ** 20;
process.stdout.write(JSON.stringify({ readMilliseconds, peakMiBAboveList }));
