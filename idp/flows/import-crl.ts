import type { Actor } from '../domain/registration.ts';
import type { CrlRun } from '../domain/revocation.ts';
import { applyAndNote, type CrlRunContext, CrlRunNotes, type CrlWatcher } from './crl-run.ts';

/**
 * Applies one list at hand, and keeps what became of it.
 * @param request.list DER or PEM; it is taken over, and must not be used afterwards.
 * @param request.from for the audit trail: a file's name.
 * @throws {Fault} when it could not be read or applied; it may be imported again.
 */
export async function importCrl(
  context: CrlRunContext,
  request: CrlWatcher & { readonly list: Uint8Array; readonly from: string; readonly actor: Actor },
): Promise<CrlRun> {
  const { list, from, actor, onProgress, onList } = request;
  const notes = new CrlRunNotes(context, 'import', onList);
  const reading = await context.crlWorker.read(list, onProgress);
  const watched = onProgress === undefined ? {} : { onProgress };
  await applyAndNote(context, notes, { reading, from, actor, ...watched });
  return notes.finish();
}
