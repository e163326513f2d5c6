import { assets } from '../pages/assets.ts';
import type { RouteHandler } from './request-context.ts';

const byPath = new Map(Object.values(assets).map((asset) => [asset.path as string, asset]));

/** `GET /assets/:file`: named by content, so that browsers keep them for ever. */
export const getAsset: RouteHandler = async (ctx) => {
  const asset = byPath.get(ctx.path);
  if (asset === undefined) return;
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.type = asset.type;
  ctx.body = asset.body;
};
