import type { Actor } from '../domain/registration.ts';
import type { CrlRun } from '../domain/revocation.ts';
import { applyAndNote, type CrlRunContext, CrlRunNotes, type CrlWatcher } from './crl-run.ts';

/**
 * Applies lists at hand one after the other, and keeps what became of each as one run. A file that is refused keeps no
 * other one back.
 * @param request.files DER or PEM; each is taken over, and must not be used afterwards.
 * @throws {Fault} when the record cannot be asked; what was applied before stays applied.
 */
export async function importCrls(
  context: CrlRunContext,
  request: CrlWatcher & {
    readonly files: AsyncIterable<{ readonly name: string; readonly octets: Uint8Array }>;
    readonly actor: Actor;
  },
): Promise<CrlRun> {
  const { files, actor, onProgress, onList } = request;
  const notes = new CrlRunNotes(context, 'import', onList);
  const watched = onProgress === undefined ? {} : { onProgress };
  for await (const { name, octets } of files) {
    const reading = await context.crlWorker.read(octets, onProgress);
    await applyAndNote(context, notes, { reading, from: name, actor, ...watched });
  }
  return notes.finish();
}
