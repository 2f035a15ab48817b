// The samples for balancers keep the operators' paths from the public, and tell the node what the client asked for.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gateway, haproxy, nginx } from './lib/servers.mjs';

const operators = [
  '/metrics', '/metrics/', '/METRICS', '/%6detrics', '/x/../metrics', '/x/%2e%2e/metrics', '/./metrics', '/metrics?a=1', '/gateway/metrics',
  '/ops', '/ops/', '/Ops/clients', '/api/ops', '/api/ops/clients', '/api/%6fps/clients', '/openapi.json',
];
const everybody = ['/', '/health', '/health/ready', '/js/main.js', '/socket.io/?EIO=4&transport=polling', '/gateway/health'];

let node;
before(async () => (node = await gateway({ TRUSTED_PROXIES: '127.0.0.1', PATH_BASE: '/gateway', CORS_ORIGINS: 'https://other.example' })));
after(() => node.stop());

for (const [name, balance] of Object.entries({ HAProxy: haproxy, nginx })) {
  describe(name, { timeout: 120_000 }, () => {
    let balancer;
    before(async () => {
      const { port } = new URL(node.url);
      balancer = await balance([port, port, port]);
    });
    after(() => balancer.kill('SIGKILL'));

    test('the public reaches the page and the clients’ paths, and none of the operators’', async () => {
      assert.equal((await asked(node.url, '/metrics')).status, 200, 'the node itself has them');
      const seen = await Promise.all([...operators, ...everybody].map(async (path) => [path, (await asked(balancer.url, path)).status]));
      assert.deepEqual(seen, [...operators.map((path) => [path, 404]), ...everybody.map((path) => [path, 200])]);
    });

    test('a page of the balancer’s own address is let in, whatever the client says of itself', async () => {
      const path = '/socket.io/?EIO=4&transport=polling';
      const own = { Host: 'desk.example', Origin: 'http://desk.example' };
      assert.equal((await asked(balancer.url, path, own)).status, 200);
      assert.equal((await asked(balancer.url, path, { ...own, Origin: 'http://evil.example' })).status, 403);
      assert.equal((await asked(balancer.url, path, { ...own, Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' })).status, 403);
      assert.equal((await asked(balancer.url, path, { ...own, Origin: 'https://desk.example', 'X-Forwarded-Proto': 'https' })).status, 403);
    });
  });
}

// Sends the path as it is: fetch would tidy it up.
function asked(url, path, headers = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode }));
    }).on('error', reject).end();
  });
}
