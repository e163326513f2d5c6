import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from '../../pages/assets.ts';

/** The page's own look and script, beside the product's stylesheet. */
export const demoAssets = {
  stylesheet: asset('demo.css', 'text/css; charset=utf-8'),
  script: asset('demo.js', 'text/javascript; charset=utf-8'),
} as const;

function asset(name: string, type: string): Asset {
  const body = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/demo/assets/${version}-${name}`, type, body };
}
