import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'vitest/node';

export const root = join(import.meta.dirname, '../..');

/** One TypeScript file of the tree, parsed. */
export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly nodes: readonly SyntaxNode[];
}

/** A node of the syntax tree (ESTree with TypeScript's additions), flattened. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** What an import statement names: a file of ours (from the root) or a package or `node:` module. */
export type Import =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'package'; readonly name: string }
  | { readonly type: 'computed' };

/** Every `.ts` file under these folders. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => parseFile(join(entry.parentPath, entry.name))),
  );
}

function parseFile(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const nodes: SyntaxNode[] = [];
  collect(parseAst(text, { lang: 'ts' }), nodes);
  return { path: relative(root, file).replaceAll('\\', '/'), text, nodes };
}

function collect(value: unknown, nodes: SyntaxNode[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, nodes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (isNode(value)) nodes.push(value);
  for (const field of Object.values(value)) collect(field, nodes);
}

function isNode(value: object): value is SyntaxNode {
  return 'type' in value && typeof value.type === 'string' && 'start' in value;
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** Everything that a file imports, by statement, by re-export, by type or by expression. */
export function importsOf({ path, nodes }: SourceFile): readonly Import[] {
  return nodes
    .filter(({ type }) => importing.has(type))
    .map(({ source }) => source)
    .filter((source) => source !== null && source !== undefined)
    .map((source) => importOf(path, source));
}

function importOf(from: string, source: unknown): Import {
  const specifier = isLiteral(source) ? source.value : undefined;
  if (specifier === undefined) return { type: 'computed' };
  if (!specifier.startsWith('.')) return { type: 'package', name: packageName(specifier) };
  return { type: 'file', path: join(dirname(from), specifier).replaceAll('\\', '/') };
}

function isLiteral(source: unknown): source is { readonly value: string } {
  return (
    typeof source === 'object' && source !== null && 'value' in source && typeof source.value === 'string'
  );
}

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** `12` for the line on which a node begins. */
export function lineOf({ text }: SourceFile, { start }: SyntaxNode): number {
  return text.slice(0, start).split('\n').length;
}
