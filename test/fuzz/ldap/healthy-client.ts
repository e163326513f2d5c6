import { setTimeout as sleep } from 'node:timers/promises';
import { baseDn } from '../../connectors/ldap/support/in-memory-flows.ts';
import { RawClient } from '../../connectors/ldap/support/raw-client.ts';
import { bindRequest, equal, searchRequest } from '../../connectors/ldap/support/requests.ts';

/**
 * `healthy-client.ts PORT OPERATIONS`: a printer on its day. Half of its searches come on one connection that stays
 * open, half on new ones; it tells how many were answered rightly and how long each took.
 */
const [port = '', operations = ''] = process.argv.slice(2);
const printer = `cn=printer,ou=devices,${baseDn}`;
const times: number[] = [];
let right = 0;

const open = async () => {
  const client = await RawClient.open(Number(port));
  const [bound] = await client.ask(bindRequest(1, printer, 'secret-of-printer'));
  if (bound?.code !== 0) throw new Error(`the printer was not bound: ${bound?.code}`);
  return client;
};
const search = async (client: RawClient, id: number) => {
  const startedAt = performance.now();
  const replies = await client.ask(
    searchRequest(id, { base: baseDn, filter: equal('serialNumber', '0A1B2C3D') }),
  );
  times.push(performance.now() - startedAt);
  if (replies.length === 2 && replies[0]?.dn === `uid=tanaka,ou=people,${baseDn}`) right += 1;
};

const lasting = await open();
for (let index = 0; index < Number(operations); index += 2) {
  await search(lasting, index + 2);
  const fresh = await open();
  await search(fresh, 2);
  fresh.socket.destroy();
  await sleep(10);
}
lasting.socket.destroy();
times.sort((a, b) => a - b);
const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
console.log(JSON.stringify({ right, medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) }));
