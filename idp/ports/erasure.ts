/** Sees to it that what was deleted is not in any file any more. */
export interface Erasure {
  /**
   * Overwrites what deletions leave behind in files, in the write-ahead logs too.
   * @param traces what was deleted, as texts or octets: wherever one is still found, the whole file is written anew. `everything`: all of them are.
   * @throws {Fault} `ERR_RECORD_UNAVAILABLE` when it cannot be done now.
   */
  erase(traces: readonly (string | Uint8Array)[] | 'everything'): Promise<void>;
}
