import { InvalidInput } from '../domain/fault.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Reads a request's body of one declared type.
 * @param maxBytes nothing honest is larger; more is refused before it is kept.
 * @throws {InvalidInput} `ERR_CONTENT_TYPE`, `ERR_BODY_TOO_LARGE`, `ERR_BODY_TRUNCATED`, `ERR_BODY_ENCODING`.
 */
export async function readBody(ctx: RequestContext, type: string, maxBytes: number): Promise<string> {
  if (ctx.request.type !== type) {
    throw new InvalidInput('ERR_CONTENT_TYPE', `Send the body as ${type}.`);
  }
  if (ctx.get('content-encoding') !== '') {
    throw new InvalidInput('ERR_CONTENT_TYPE', 'Send the body without Content-Encoding.');
  }
  if ((ctx.request.length ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = await readBytes(ctx, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new InvalidInput('ERR_BODY_ENCODING', 'Send the body as UTF-8.', cause);
  }
}

async function readBytes(ctx: RequestContext, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    // The request is not destroyed on the way out, or the refusal could not be answered on its connection.
    for await (const part of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) break;
      parts.push(part);
    }
  } catch (cause) {
    throw new InvalidInput('ERR_BODY_TRUNCATED', 'The body ended before its time. Send it again.', cause);
  }
  if (length <= maxBytes) return Buffer.concat(parts, length);
  // What is still on its way is not read: the connection ends with the answer.
  ctx.set('Connection', 'close');
  throw tooLarge(maxBytes);
}

/** Reads a JSON object. @throws {InvalidInput} as `readBody`, and `ERR_JSON`. */
export async function readJson(
  ctx: RequestContext,
  maxBytes: number,
): Promise<{ readonly [name: string]: unknown }> {
  const text = await readBody(ctx, 'application/json', maxBytes);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as { readonly [name: string]: unknown };
    }
  } catch (cause) {
    throw new InvalidInput('ERR_JSON', 'The body is not JSON.', cause);
  }
  throw new InvalidInput('ERR_JSON', 'The body is not a JSON object.');
}

/** Reads a form; a field given twice counts as not given. @throws {InvalidInput} as `readBody`. */
export async function readForm(ctx: RequestContext, maxBytes: number): Promise<(field: string) => string> {
  const fields = new URLSearchParams(await readBody(ctx, 'application/x-www-form-urlencoded', maxBytes));
  return (field) => (fields.getAll(field).length === 1 ? (fields.get(field) ?? '') : '');
}

function tooLarge(maxBytes: number): InvalidInput {
  return new InvalidInput('ERR_BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
}
