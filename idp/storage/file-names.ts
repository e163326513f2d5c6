/** What lies in a data directory. */
export const recordFileName = 'record.sqlite';
export const tapsFileName = 'taps.sqlite';
export const oidcStateFileName = 'oidc-state.sqlite';
export const auditCheckpointFileName = 'audit-checkpoint.jwt';
