import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Import,
  importsOf,
  lineOf,
  root,
  type SourceFile,
  type SyntaxNode,
  sourceFiles,
} from './support/source-files.ts';

/** The import table of the design (§4): a folder, and the folders of ours that it may import besides itself. */
const mayImport: { readonly [folder: string]: readonly string[] } = {
  'idp/domain': [],
  'idp/ports': ['idp/domain'],
  'idp/wire': ['idp/domain'],
  'idp/flows': ['idp/ports', 'idp/domain'],
  'idp/jpki': ['idp/ports', 'idp/domain'],
  'idp/storage': ['idp/ports', 'idp/domain'],
  'idp/webauthn': ['idp/ports', 'idp/domain'],
  'idp/pages': ['idp/flows', 'idp/ports', 'idp/domain'],
  'idp/oidc': ['idp/pages', 'idp/flows', 'idp/ports', 'idp/domain'],
  'idp/http': ['idp/oidc', 'idp/pages', 'idp/wire', 'idp/flows', 'idp/ports', 'idp/domain'],
  'idp/commands': [
    'connectors/directory',
    'connectors/devices',
    'connectors/ldap',
    'idp/flows',
    'idp/ports',
    'idp/domain',
  ],
  'idp/config.ts': ['idp/setting-values.ts', 'idp/domain'],
  'idp/setting-values.ts': [],
  'idp/clock.ts': ['idp/ports'],
  'idp/free-ports.ts': ['idp/domain'],
  'idp/crl-daily.ts': ['idp/config.ts', 'idp/flows', 'idp/ports', 'idp/domain'],
  'idp/data-directory.ts': ['idp/ports', 'idp/domain'],
  'connectors/ldap': ['idp/flows', 'idp/ports', 'idp/domain'],
  // What devices do on the other side, for `kazasu ldap try`.
  'connectors/devices': ['connectors/ldap', 'idp/domain'],
  'connectors/jpki': ['idp/flows', 'idp/ports', 'idp/domain'],
  'connectors/directory': ['idp/flows', 'idp/ports', 'idp/domain'],
  'connectors/notices': ['idp/flows', 'idp/ports', 'idp/domain'],
  'connectors/events': ['idp/flows', 'idp/ports', 'idp/domain'],
  'reader-bridge': ['idp/wire', 'idp/domain'],
};

/** Only these import across: the composition (`start` and `doctor` are commands of `main.ts`) and the demonstration. */
const importsAcross = [
  ...[
    'idp/main.ts',
    'idp/start.ts',
    'idp/doctor.ts',
    'idp/doctor-record.ts',
    'idp/doctor-directory.ts',
    'idp/outside.ts',
  ],
  ...['idp/compose.ts', 'idp/compose-jpki.ts', 'idp/compose-directory.ts', 'idp/compose-ldap.ts', 'idp/demo'],
  // Both sides of the thread for lists, which composes what it needs for itself.
  ...['idp/crl-thread.ts', 'idp/crl-thread-worker.ts'],
  // The same for the threads that answer devices.
  'idp/ldap-threads',
];

/** Rules and interfaces stand on nothing but themselves. */
const importsNoPackage = ['idp/domain', 'idp/ports'];

/** A library is one folder's business: replacing it touches that folder. */
const onlyImportedBy: { readonly [packageName: string]: readonly string[] } = {
  'oidc-provider': ['idp/oidc'],
  koa: ['idp/http', 'idp/oidc'],
  '@koa/router': ['idp/http', 'idp/oidc'],
  'node:sqlite': ['idp/storage'],
  kysely: ['idp/storage'],
  pg: ['idp/storage'],
  redis: ['idp/storage'],
  // In storage for the self-signed pair of LDAPS alone.
  pkijs: ['idp/jpki', 'connectors/jpki', 'idp/storage'],
  asn1js: ['idp/jpki', 'connectors/jpki', 'idp/storage'],
  ldapts: ['connectors/jpki', 'connectors/directory', 'connectors/devices'],
  nodemailer: ['connectors/notices'],
  undici: ['connectors/jpki'],
  smartcard: ['reader-bridge'],
  '@simplewebauthn/server': ['idp/webauthn'],
  commander: ['idp/commands'],
  'csv-parse': ['connectors/directory'],
  'openid-client': [],
  // For the tests alone.
  ldapjs: [],
  vitest: [],
  'playwright-core': [],
  'axe-core': [],
};

/** The clock's implementations; everything else is told what time it is. */
const clocks = ['idp/clock.ts', 'reader-bridge/system-clock.ts'];

const required = [
  'connectors',
  'docs',
  'idp',
  'reader-bridge',
  'test',
  'LICENSE',
  'README.md',
  'package.json',
  'tsconfig.json',
];
const allowed = ['biome.json', 'docker-compose.yml', 'package-lock.json', 'vitest.config.ts'];
/** Made by installing and running; git ignores them. */
const ignored = ['node_modules', 'data', 'demo-data'];

const files = sourceFiles('idp', 'connectors', 'reader-bridge');

describe('the import table', () => {
  it('sees the imports of every folder that it names', () => {
    const importing = files.filter((file) => importsOf(file).length > 0);
    expect(importing.length).toBeGreaterThan(30);
  });

  it('is kept: no folder imports what its row does not list, and a folder in no row imports nothing', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap((named) => forbidden(file, named)))).toEqual([]);
  });

  it('is checked by something that refuses', () => {
    expect(fileImport('idp/domain/card.ts', 'idp/ports/clock.ts')).not.toEqual([]);
    expect(fileImport('idp/flows/accept-tap.ts', 'idp/wire/tap-jwt.ts')).not.toEqual([]);
    expect(fileImport('idp/flows/accept-tap.ts', 'idp/jpki/path.ts')).not.toEqual([]);
    expect(fileImport('connectors/ldap/facade.ts', 'connectors/jpki/ocsp.ts')).not.toEqual([]);
    expect(fileImport('reader-bridge/tap-loop.ts', 'idp/flows/accept-tap.ts')).not.toEqual([]);
    expect(fileImport('idp/new-folder/a.ts', 'idp/domain/card.ts')).not.toEqual([]);
    expect(fileImport('reader-bridge/tap-loop.ts', 'idp/wire/tap-jwt.ts')).toEqual([]);
    expect(forbidden(pathOnly('idp/domain/card.ts'), { type: 'package', name: 'node:crypto' })).not.toEqual(
      [],
    );
    expect(forbidden(pathOnly('idp/flows/apply-crl.ts'), { type: 'package', name: 'redis' })).not.toEqual([]);
  });
});

describe('the code', () => {
  it('asks for the time only in the clock', () => {
    const outside = files.filter(({ path }) => !clocks.includes(path));
    expect(found(outside, asksForTime)).toEqual([]);
  });

  it('reads the environment only in the configuration', () => {
    expect(
      found(
        files.filter(({ path }) => path !== 'idp/config.ts'),
        readsEnvironment,
      ),
    ).toEqual([]);
  });

  it('has no any, no default export and no switched-off type check', () => {
    expect(
      found(files, ({ type }) => type === 'TSAnyKeyword' || type === 'ExportDefaultDeclaration'),
    ).toEqual([]);
    expect(
      files.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('has no file that only passes on what others export', () => {
    expect(files.filter(isBarrel).map(({ path }) => path)).toEqual([]);
  });

  it('has no file of more than 250 lines, but for the texts: a table with a row per reason', () => {
    const rules = files.filter(({ path }) => !isIn(path, 'idp/pages/texts'));
    const long = rules.filter(({ text }) => text.split('\n').length > 251);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe('the top level of the tree', () => {
  const names = readdirSync(root).filter((name) => !name.startsWith('.') && !ignored.includes(name));

  it('holds nothing but the fixed list', () => {
    expect(
      names.filter((name) => ![...required, ...allowed].includes(name) && !name.endsWith('.log')),
    ).toEqual([]);
  });

  it('holds all of what the design names', () => {
    expect(required.filter((name) => !names.includes(name))).toEqual([]);
  });
});

function forbidden({ path }: Pick<SourceFile, 'path'>, named: Import): readonly string[] {
  const across = importsAcross.some((place) => isIn(path, place));
  if (named.type === 'computed') return across ? [] : [`${path} imports what only a run would show`];
  const folder = Object.keys(mayImport).find((place) => isIn(path, place));
  if (across) return [];
  if (folder === undefined) return [`${path} is in no row and imports ${JSON.stringify(named)}`];
  if (named.type === 'file') {
    const targets = [folder, ...(mayImport[folder] ?? [])];
    return targets.some((target) => isIn(named.path, target)) ? [] : [`${path} imports ${named.path}`];
  }
  const homes = onlyImportedBy[named.name];
  const refused = importsNoPackage.includes(folder) || (homes !== undefined && !homes.includes(folder));
  return refused ? [`${path} imports ${named.name}`] : [];
}

function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function pathOnly(path: string): Pick<SourceFile, 'path'> {
  return { path };
}

function fileImport(from: string, path: string): readonly string[] {
  return forbidden(pathOnly(from), { type: 'file', path });
}

function found(among: readonly SourceFile[], rule: (node: SyntaxNode) => boolean): readonly string[] {
  return among.flatMap((file) => file.nodes.filter(rule).map((node) => `${file.path}:${lineOf(file, node)}`));
}

function isMember(node: unknown, object: string, property: string): boolean {
  const member = node as
    | { type?: string; object?: { name?: string }; property?: { name?: string } }
    | undefined;
  return (
    member?.type === 'MemberExpression' &&
    member.object?.name === object &&
    member.property?.name === property
  );
}

function asksForTime({ type, callee, arguments: args }: SyntaxNode): boolean {
  const isDate = (callee as { name?: string } | undefined)?.name === 'Date';
  if (type === 'NewExpression') return isDate && Array.isArray(args) && args.length === 0;
  return type === 'CallExpression' && (isDate || isMember(callee, 'Date', 'now'));
}

function readsEnvironment(node: SyntaxNode): boolean {
  const source = node.source as { value?: string } | undefined;
  return (
    isMember(node, 'process', 'env') ||
    (node.type === 'ImportDeclaration' && source?.value === 'node:process')
  );
}

function isBarrel({ nodes }: SourceFile): boolean {
  const [program] = nodes;
  const statements = program?.body as readonly SyntaxNode[];
  return (
    statements.length > 0 &&
    statements.every(({ type, source }) => type.startsWith('Export') && Boolean(source))
  );
}
