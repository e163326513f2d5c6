import type { CertificationAuthority, CrlOrder } from '../../idp/demo/authority/certification-authority.ts';

export const firstSerialNumber = 0x0a00_0001;
const step = 3;

/** A list of today with reasons, about 37 octets an entry; it names every third serial number from the first. */
export function longList(
  authority: CertificationAuthority,
  order: Pick<CrlOrder, 'crlNumber' | 'prefecture' | 'municipality'> & { readonly entryCount: number },
): Uint8Array {
  const { entryCount, ...rest } = order;
  const now = Date.now();
  const entries = Array.from({ length: entryCount }, (_, index) => ({
    serialNumber: (firstSerialNumber + index * step).toString(16).padStart(8, '0'),
    revocationDate: now - (index % 1_000) * 3_600_000,
    reason: 'superseded' as const,
  }));
  return authority.issueCrl({ ...rest, thisUpdate: now - 1_000, nextUpdate: now + 86_400_000, entries });
}
