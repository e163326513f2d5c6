import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file that pages refer to: its path names its content, so that it can be kept for ever. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The Digital Agency's design tokens first, then our rules, which use them. */
const tokensPath = fileURLToPath(import.meta.resolve('@digital-go-jp/design-tokens/dist/tokens.css'));

/** Everything that is served under `/assets/`. */
export const assets = {
  stylesheet: asset('kazasu', 'css', 'text/css; charset=utf-8', [
    readFileSync(tokensPath, 'utf8'),
    readOwn('./kazasu.css'),
  ]),
  passkey: asset('passkey', 'js', 'text/javascript; charset=utf-8', [readOwn('./scripts/passkey.js')]),
  icon: asset('kazasu', 'svg', 'image/svg+xml', [readOwn('./kazasu.svg')]),
  station: asset('station', 'js', 'text/javascript; charset=utf-8', [readOwn('./scripts/station.js')]),
} as const;

function asset(name: string, extension: string, type: string, parts: readonly string[]): Asset {
  const body = parts.join('\n');
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}-${version}.${extension}`, type, body };
}

function readOwn(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
}
