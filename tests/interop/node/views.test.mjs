// Views of one node, from outside: what a subscription may ask for beyond the whole document (docs/protocol.md).
import { after, before, describe } from 'node:test';
import { gateway } from './lib/servers.mjs';
import { Viewer } from './lib/viewers.mjs';
import { documents } from './views/documents.mjs';
import { have } from './views/have.mjs';
import { overlap } from './views/overlap.mjs';
import { pauses } from './views/pauses.mjs';
import { rates } from './views/rates.mjs';
import { requests } from './views/requests.mjs';
import { rooms } from './views/rooms.mjs';
import { status } from './views/status.mjs';
import { wrong } from './views/wrong.mjs';

describe('views', { timeout: 300_000, skip: process.env.GATEWAY_URL && 'they need settings of their own' }, () => {
  const market = { quietSeconds: 2 };
  const open = [];

  before(async () => {
    Object.assign(market, await gateway({ ROOM_QUIET_SECONDS: `${market.quietSeconds}`, BRIDGE_MAX_RATE: '0', LIMIT_MESSAGES_PER_SECOND: '100000', LIMIT_JOINS_PER_SECOND: '100000', LIMIT_SNAPSHOT_BYTES_PER_SECOND: '100000000' }));
    market.publishChain = (text) => market.publish('enriched:option_chain', text);
    market.publishPrice = (product, price) => market.publish('enriched:underlying', { product, price });
    market.connect = async (kind, options) => {
      const viewer = await Viewer.open(market.url, kind, options);
      open.push(viewer);
      return viewer;
    };
  });
  after(() => {
    for (const viewer of open) viewer.close();
    market.stop();
  });

  for (const part of [requests, wrong, documents, have, rooms, pauses, overlap, rates, status]) part(market);
});
