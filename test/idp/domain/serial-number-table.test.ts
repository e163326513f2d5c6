import { describe, expect, it } from 'vitest';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { SerialNumberTable } from '../../../idp/domain/serial-number-table.ts';

const find = (table: SerialNumberTable, hex: string) => {
  const octets = Buffer.from(`ff${hex}ff`, 'hex');
  return table.find(octets, 1, octets.length - 1);
};

describe('a table of serial numbers', () => {
  it('finds what was added, of every length, and nothing else', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => parseSerialNumber('1f'.repeat(index + 1)));
    const table = new SerialNumberTable(numbers);
    expect(numbers.map((number) => find(table, number))).toEqual(numbers);
    expect([find(table, '1f1e'), find(table, '1e'), find(table, '')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([...table]).toEqual(numbers);
  });

  it('is empty until something is added', () => {
    expect(find(new SerialNumberTable(), '01')).toBeUndefined();
    expect([...new SerialNumberTable()]).toEqual([]);
  });

  it('holds a number once, however often it is added', () => {
    const number = parseSerialNumber('0b000001');
    const table = new SerialNumberTable([number, number]);
    table.add(number);
    expect([table.size, ...table]).toEqual([1, number]);
  });

  it('finds each of a hundred thousand neighbours, and none between them', () => {
    const table = new SerialNumberTable();
    const hex = (index: number) => (0x0b00_0000 + index).toString(16).padStart(8, '0');
    for (let index = 0; index < 200_000; index += 2) table.add(parseSerialNumber(hex(index)));
    let found = 0;
    for (let index = 0; index < 200_000; index += 1) {
      const number = find(table, hex(index));
      if (number !== undefined) found += 1;
      if ((number !== undefined) !== (index % 2 === 0)) throw new Error(`wrong about ${index}`);
    }
    expect([found, table.size]).toEqual([100_000, 100_000]);
  });
});
