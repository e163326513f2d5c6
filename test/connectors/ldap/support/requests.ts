import { BerWriter } from '../../../../connectors/ldap/codec/ber-writer.ts';
import { type Control, pagedResultsOid } from '../../../../connectors/ldap/codec/controls.ts';
import type { Filter } from '../../../../connectors/ldap/codec/filter.ts';
import type { SearchScope } from '../../../../connectors/ldap/codec/request.ts';

/** Encodes requests as clients do. The suites in `test/peers` hold it against real ones. */
export function message(
  messageId: number,
  write: (writer: BerWriter) => void,
  controls: readonly Control[] = [],
): Buffer {
  const writer = new BerWriter();
  const envelope = writer.begin(0x30);
  writer.integer(0x02, messageId);
  write(writer);
  if (controls.length > 0) {
    const list = writer.begin(0xa0);
    for (const { type, critical, value } of controls) {
      const control = writer.begin(0x30);
      writer.text(0x04, type);
      if (critical) writer.boolean(0x01, true);
      if (value !== undefined) writer.octets(0x04, value);
      writer.end(control);
    }
    writer.end(list);
  }
  writer.end(envelope);
  return writer.take();
}

export function bindRequest(
  messageId: number,
  name: string,
  password: string,
  version = 3,
  controls: readonly Control[] = [],
): Buffer {
  const write = (writer: BerWriter) => {
    const bind = writer.begin(0x60);
    writer.integer(0x02, version);
    writer.text(0x04, name);
    writer.text(0x80, password);
    writer.end(bind);
  };
  return message(messageId, write, controls);
}

/** @param credentials `undefined` leaves them out */
export function saslBindRequest(
  messageId: number,
  mechanism: string,
  credentials: string | undefined,
): Buffer {
  return message(messageId, (writer) => {
    const bind = writer.begin(0x60);
    writer.integer(0x02, 3);
    writer.text(0x04, '');
    const sasl = writer.begin(0xa3);
    writer.text(0x04, mechanism);
    if (credentials !== undefined) writer.text(0x04, credentials);
    writer.end(sasl);
    writer.end(bind);
  });
}

export function pagedControl(pageSize: number, cookie: string): Control {
  const writer = new BerWriter();
  const sequence = writer.begin(0x30);
  writer.integer(0x02, pageSize);
  writer.text(0x04, cookie);
  writer.end(sequence);
  return { type: pagedResultsOid, critical: true, value: writer.take() };
}

export interface SearchOptions {
  readonly base: string;
  readonly scope?: SearchScope;
  readonly filter?: Filter;
  readonly attributes?: readonly string[];
  readonly typesOnly?: boolean;
  readonly sizeLimit?: number;
  readonly timeLimitSeconds?: number;
  readonly controls?: readonly Control[];
}

const anything: Filter = { kind: 'present', attribute: 'objectClass' };

export function searchRequest(messageId: number, options: SearchOptions): Buffer {
  const write = (writer: BerWriter) => {
    const search = writer.begin(0x63);
    writer.text(0x04, options.base);
    writer.integer(0x0a, ['base', 'one', 'sub', 'children'].indexOf(options.scope ?? 'sub'));
    writer.integer(0x0a, 0);
    writer.integer(0x02, options.sizeLimit ?? 0);
    writer.integer(0x02, options.timeLimitSeconds ?? 0);
    writer.boolean(0x01, options.typesOnly ?? false);
    writeFilter(writer, options.filter ?? anything);
    const list = writer.begin(0x30);
    for (const attribute of options.attributes ?? []) writer.text(0x04, attribute);
    writer.end(list);
    writer.end(search);
  };
  return message(messageId, write, options.controls);
}

export function compareRequest(messageId: number, entry: string, attribute: string, value: string): Buffer {
  return message(messageId, (writer) => {
    const compare = writer.begin(0x6e);
    writer.text(0x04, entry);
    const assertion = writer.begin(0x30);
    writer.text(0x04, attribute);
    writer.text(0x04, value);
    writer.end(assertion);
    writer.end(compare);
  });
}

/** A change of one entry: `[operation, attribute, ...values]` each. */
export function modifyRequest(
  messageId: number,
  entry: string,
  changes: readonly (readonly ['add' | 'delete' | 'replace', string, ...string[]])[],
): Buffer {
  return message(messageId, (writer) => {
    const modify = writer.begin(0x66);
    writer.text(0x04, entry);
    const list = writer.begin(0x30);
    for (const [operation, attribute, ...values] of changes) {
      const change = writer.begin(0x30);
      writer.integer(0x0a, ['add', 'delete', 'replace'].indexOf(operation));
      const partial = writer.begin(0x30);
      writer.text(0x04, attribute);
      const set = writer.begin(0x31);
      for (const value of values) writer.text(0x04, value);
      for (const mark of [set, partial, change]) writer.end(mark);
    }
    writer.end(list);
    writer.end(modify);
  });
}

export function extendedRequest(messageId: number, oid: string): Buffer {
  return message(messageId, (writer) => {
    const extended = writer.begin(0x77);
    writer.text(0x80, oid);
    writer.end(extended);
  });
}

export function abandonRequest(messageId: number, abandoned: number): Buffer {
  return message(messageId, (writer) => writer.integer(0x50, abandoned));
}

const comparisonTags = { equality: 0xa3, greaterOrEqual: 0xa5, lessOrEqual: 0xa6, approx: 0xa8 } as const;

export function writeFilter(writer: BerWriter, filter: Filter): void {
  switch (filter.kind) {
    case 'present':
      writer.text(0x87, filter.attribute);
      return;
    case 'and':
    case 'or': {
      const set = writer.begin(filter.kind === 'and' ? 0xa0 : 0xa1);
      for (const part of filter.parts) writeFilter(writer, part);
      writer.end(set);
      return;
    }
    case 'not': {
      const not = writer.begin(0xa2);
      writeFilter(writer, filter.part);
      writer.end(not);
      return;
    }
    case 'substrings':
      writeSubstrings(writer, filter);
      return;
    case 'extensible': {
      const match = writer.begin(0xa9);
      if (filter.matchingRule !== undefined) writer.text(0x81, filter.matchingRule);
      if (filter.attribute !== undefined) writer.text(0x82, filter.attribute);
      writer.text(0x83, filter.value);
      if (filter.dnAttributes) writer.boolean(0x84, true);
      writer.end(match);
      return;
    }
    default: {
      const comparison = writer.begin(comparisonTags[filter.kind]);
      writer.text(0x04, filter.attribute);
      writer.text(0x04, filter.value);
      writer.end(comparison);
    }
  }
}

function writeSubstrings(writer: BerWriter, filter: Extract<Filter, { kind: 'substrings' }>): void {
  const outer = writer.begin(0xa4);
  writer.text(0x04, filter.attribute);
  const parts = writer.begin(0x30);
  if (filter.initial !== undefined) writer.text(0x80, filter.initial);
  for (const part of filter.any) writer.text(0x81, part);
  if (filter.final !== undefined) writer.text(0x82, filter.final);
  writer.end(parts);
  writer.end(outer);
}

export function equal(attribute: string, value: string): Filter {
  return { kind: 'equality', attribute, value };
}
