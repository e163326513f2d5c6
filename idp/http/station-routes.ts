import type { Router } from '@koa/router';
import type { Site } from './site.ts';
import {
  getStation,
  getStationRefused,
  postStationChallenge,
  postStationConfirm,
  postStationLeave,
  postStationOpen,
  postStationWait,
} from './station.ts';
import { getStationPair, postStationPair } from './station-pair.ts';

/** Everything that a station's browser asks for. */
export function stationRoutes(router: Router, site: Site): void {
  router.get('/station/pair', getStationPair(site));
  router.post('/station/pair', postStationPair(site));
  const station = '/interaction/:uid/station';
  router.get(station, getStation(site));
  router.get(`${station}/refused`, getStationRefused(site));
  router.post(`${station}/challenge`, postStationChallenge(site));
  router.post(`${station}/open`, postStationOpen(site));
  router.post(`${station}/wait`, postStationWait(site));
  router.post(`${station}/confirm`, postStationConfirm(site));
  router.post(`${station}/leave`, postStationLeave(site));
}
