import { readFileSync, writeSync } from 'node:fs';
import { argv } from 'node:process';
import { schedule } from '../../idp/domain/registration.ts';
import { applyCrl } from '../../idp/flows/apply-crl.ts';
import { crlWorkerHere } from '../../idp/flows/read-crl.ts';
import { RevocationFreshness } from '../../idp/flows/revocation-freshness.ts';
import { readAnchor } from '../../idp/jpki/anchors.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { createCardNumbers } from '../../idp/storage/keys/card-numbers.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';

// Applies one list, and says when it begins and when it is done; it may be killed at any moment.
const [, , dataDir = '', listFile = '', anchorFile = '', now = ''] = argv;
const keys = await openKeyDirectory(dataDir);
const clock = { now: () => Number(now) };
const { record, cardIndex, audit } = await openEmbeddedStorage({ dataDir, keys, clock });
const numbers = createCardNumbers(keys);
const anchors = [readAnchor(readFileSync(anchorFile))];
const crlReader = createCrlReader({ anchors, allowTestAuthorities: true });
const reading = await crlWorkerHere({ record, numbers, crlReader, crlSources: [], clock }).read(
  readFileSync(listFile),
);
const context = {
  ...{ record, cardIndex, audit, clock, numbers, freshness: new RevocationFreshness() },
  // What rests on the cards is ended from the record's notes, by whoever lives.
  sessionEnds: { process: async () => {}, tellLater: async () => {}, close: async () => {} },
  crlWithoutDistributionPointCounts: false,
};
writeSync(1, 'begun\n');
const { outcome } = await applyCrl(context as unknown as Parameters<typeof applyCrl>[0], {
  reading,
  from: 'test',
  actor: schedule,
});
writeSync(1, `${outcome}\n`);
process.exit(0);
