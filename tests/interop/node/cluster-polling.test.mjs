// What holds of a polling session on one node holds when each of its requests reaches another (Engine.IO protocol 4, polling and
// upgrade). Each test runs on the session's own node and over the others, and expects the same.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answered, PollingSession, request, until } from './lib/polling.mjs';
import { cluster } from './lib/servers.mjs';

const unknown = { status: 400, body: '{"code":1,"message":"Session ID unknown"}' };
const badRequest = { status: 400, body: '{"code":3,"message":"Bad request"}' };
const ok = { status: 200, body: 'ok' };
const noop = { status: 200, body: '6' };
const numbers = (from, count) => Array.from({ length: count }, (_, i) => from + i);
const maxPayload = 65_536;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let nodes;
let idle;

// Waits until a poll is parked, wherever: a further one would end it, so the session is asked for something, which ends it, and polls anew.
async function parked(session, node) {
  const first = session.poll(node);
  await session.post(node, request(900));
  assert.deepEqual((await first).body.split('\x1e'), answered(900));
  const poll = session.poll(node);
  let isOver = false;
  poll.then(() => (isOver = true));
  return { poll, isOver: () => isOver };
}

async function isGone(session) {
  for (const node of [0, 1, 2]) {
    assert.deepEqual(await session.poll(node), unknown);
    assert.deepEqual(await session.post(node, '3'), unknown);
  }
}

async function goesOn(session, node) {
  assert.deepEqual(await session.post(node, request(999)), ok);
  assert.deepEqual(await session.answers(node, 2), answered(999));
}

describe('a polling session in a cluster', { timeout: 240_000 }, () => {
  before(async () => {
    nodes = await cluster();
    // It takes a while: the other tests run meanwhile.
    idle = (async () => {
      const session = await PollingSession.connected(nodes.nodes);
      return { session, poll: await session.poll(1), post: await session.post(2, '3') };
    })();
  });
  after(() => nodes.stop());

  for (const [where, one, other] of [['on its own node', 0, 0], ['over the other two', 1, 2]]) {
    describe(where, () => {
      const connected = () => PollingSession.connected(nodes.nodes);

      test('CONNECT and requests of one POST are answered together, in order', async () => {
        const session = await PollingSession.open(nodes.nodes);
        assert.deepEqual(await session.post(one, '40', request(1), request(2)), ok);
        const [connect, greeting, ...rest] = await session.answers(other, 6);
        assert.match(connect, /^40\{"sid":"/);
        assert.notEqual(JSON.parse(connect.slice(2)).sid, session.sid);
        assert.match(greeting, /^42\["connected",/);
        assert.deepEqual(rest, [...answered(1), ...answered(2)]);
      });

      test('the answers to one POST arrive in the next poll, in order, whether it waits already or comes then', async () => {
        const session = await connected();
        for (let round = 0; round < 20; round++) {
          const asked = numbers(10 * round, 7);
          const waiting = round % 2 === 0 ? session.poll(other) : null;
          assert.deepEqual(await session.post(one, ...asked.map(request)), ok);
          const { status, body } = await (waiting ?? session.poll(other));
          assert.deepEqual({ status, packets: body.split('\x1e') }, { status: 200, packets: asked.flatMap(answered) });
        }
      });

      test('a response holds at most 16 packets', async () => {
        const session = await connected();
        const asked = numbers(0, 20);
        assert.deepEqual(await session.post(one, ...asked.map(request)), ok);
        assert.deepEqual(await session.answers(other, 40), asked.flatMap(answered));
      });

      for (const packets of [['abc'], ['9'], [request(1), '?'], [request(1), ''], ['b!!!!']]) {
        test(`a packet that can't be read closes the session: ${JSON.stringify(packets)}`, async () => {
          const session = await connected();
          assert.deepEqual(await session.post(one, ...packets), badRequest);
          await isGone(session);
        });
      }

      for (const packets of [['bAQIDBA=='], ['451-["a",{"_placeholder":true,"num":0}]', request(1)], ['42["a"'], ['40']]) {
        test(`so does one that breaks Socket.IO's rules: ${JSON.stringify(packets)}`, async () => {
          const session = await connected();
          await session.post(one, ...packets);
          await isGone(session);
        });
      }

      test('of two polls at once the first is closed and the second refused', async () => {
        const session = await connected();
        const { poll } = await parked(session, one);
        // Which of the two is there first is nobody's to say.
        const answers = await Promise.all([poll, session.poll(other)]);
        assert.deepEqual(answers.sort((a, b) => a.status - b.status), [{ status: 200, body: '1' }, badRequest]);
        await isGone(session);
      });

      test('a POST while another is under way closes the session', async () => {
        const session = await connected();
        const slow = await session.raw(0, 'POST QUERY HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n4a');
        // Until the first is under way, both would be fine.
        await until(async () => (await session.post(other, '3')).status === 400, 'the second is refused');
        await isGone(session);
        slow.destroy();
      });

      test('a poll that its client gives up closes the session', async () => {
        const session = await connected();
        const isClosed = async () => (await session.post(other, '3')).status === 400;
        // One that was given up before it arrived is none: then once more.
        await until(async () => {
          const connection = await session.raw(one, 'GET QUERY HTTP/1.1\r\nHost: localhost\r\n\r\n');
          await pause(200);
          assert.ok(!(await isClosed()));
          connection.destroy();
          for (let look = 0; look < 20; look++, await pause(25)) if (await isClosed()) return true;
        }, 'the session is closed');
        await isGone(session);
      });

      test('a body over the limit is refused and told of, and the session goes on; one of just the limit is taken', async () => {
        const session = await connected();
        const sized = (bytes) => {
          const text = '420["subscribe",{"type":"product","symbol":"x"}]';
          return text.replace('"x"', `"${'x'.repeat(bytes - text.length + 1)}"`);
        };
        assert.equal((await session.post(one, sized(maxPayload + 1))).status, 413);
        assert.match((await session.answers(other, 1))[0], /^42\["error",\{.*"code":"message_too_large"/);
        assert.deepEqual(await session.post(one, sized(maxPayload)), ok);
        assert.match((await session.answers(other, 2))[1], /^430\[\{.*"code":"invalid_symbol"/);
        await goesOn(session, other);
      });

      test('a close packet ends the poll that waits with a noop, and leaves one behind where none waits', async () => {
        const waiting = await connected();
        const { poll } = await parked(waiting, other);
        // Where the poll is not there yet, it finds what is left behind.
        assert.deepEqual(await waiting.post(one, '1'), ok);
        assert.deepEqual(await poll, noop);
        await isGone(waiting);

        const session = await connected();
        assert.deepEqual(await session.post(one, '1'), ok);
        assert.deepEqual(await session.poll(other), noop);
        await isGone(session);
      });

      test('a probe lets the poll that waits go; what is queued follows the upgrade in order; then polls are refused', async () => {
        const session = await connected();
        const { poll } = await parked(session, other);
        const socket = await session.probe(one);
        assert.deepEqual(await poll, noop);
        // Between probe and upgrade data goes by poll.
        assert.deepEqual(await session.post(other, request(1)), ok);
        assert.deepEqual((await session.answers(one, 2)), answered(1));
        assert.deepEqual(socket.texts, []);

        const queued = numbers(10, 15);
        assert.deepEqual(await session.post(other, ...queued.map(request)), ok);
        socket.send('5');
        socket.send(request(99));
        await until(() => socket.answers().length === 32, 'all answers have come');
        assert.deepEqual(socket.answers(), [...queued, 99].flatMap(answered));
        assert.ok(!socket.texts.includes('6'));
        for (const node of [0, 1, 2]) {
          assert.deepEqual(await session.poll(node), badRequest);
          assert.deepEqual(await session.post(node, '3'), badRequest);
        }

        // A second WebSocket is let in and closed, and the first goes on.
        const second = await session.webSocket(other);
        await until(() => second.isClosed, 'the second is closed');
        socket.send(request(100));
        await until(() => socket.answers().length === 34, 'the first goes on');
        socket.close();
      });

      for (const first of ['4hello', '2', '5', '3probe', 'abc', null]) {
        test(`a WebSocket that ${first ? `opens with ${first}` : 'is closed after its probe'} is dropped alone`, async () => {
          const session = await connected();
          const socket = first ? await session.webSocket(one) : await session.probe(one);
          if (first) socket.send(first);
          else socket.close();
          await until(() => socket.isClosed, 'it is closed');
          await goesOn(session, other);
          const next = await session.probe(other);
          next.send('5');
          next.send(request(1));
          await until(() => next.answers().length === 2, 'the next one is upgraded');
          next.close();
        });
      }
    });
  }

  test('a POST while one from another node is under way closes the session', async () => {
    const session = await PollingSession.open(nodes.nodes);
    // A claim is looked up in Redis: while that stands still, so does the POST that brought it.
    nodes.redis.kill('SIGSTOP');
    try {
      let isOver = false;
      const first = session.post(1, '40{"pid":"AAAAAAAAAAAAAAAAAAAAAAAA"}').then((answer) => ((isOver = true), answer));
      await until(async () => !isOver && (await session.post(2, '3')).status === 400, 'the second is refused');
      await first;
    } finally {
      nodes.redis.kill('SIGCONT');
    }
    await isGone(session);
    await nodes.whole();
  });

  test('an idle poll waits at another node for the ping, however long', async () => {
    const { session, poll, post } = await idle;
    assert.deepEqual([poll, post], [{ status: 200, body: '2' }, ok]);
    await goesOn(session, 2);
  });

  test('the session of a node that stops is unknown, also to a poll that waits at another', async () => {
    const session = await PollingSession.connected(nodes.nodes);
    const { poll, isOver } = await parked(session, 1);
    await pause(300);
    assert.ok(!isOver());
    nodes.nodes[0].terminate();
    assert.deepEqual(await poll, unknown);
    await nodes.nodes[0].ended;
    assert.deepEqual(await session.poll(2), unknown);
    await nodes.restart(0);
  });

  test('the session of a node that is killed is unknown, also to a poll that waits', async () => {
    const session = await PollingSession.connected(nodes.nodes);
    const quiet = await PollingSession.connected(nodes.nodes);
    const { poll } = await parked(session, 1);
    await pause(300);
    nodes.nodes[0].kill();
    const killed = Date.now();
    for (const node of [1, 2]) assert.deepEqual(await quiet.poll(node), unknown);
    const asked = Date.now() - killed;
    assert.deepEqual(await poll, unknown);
    console.log(`two polls after the kill were answered within ${asked} ms, the one that waited after ${Date.now() - killed} ms`);
    assert.deepEqual(await session.post(2, '3'), unknown);
  });
});
