// What the clients are run against: the conformance host and a gateway on a real redis-server, each started here on free
// ports unless CONFORMANCE_URL or GATEWAY_URL (with REDIS_URL, the gateway's own) name ones that run already.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const configuration = process.env.DELTASTREAM_CONFIGURATION ?? 'Debug';
const patience = 30_000;
// The host's heartbeat is made for conformance suites: a busy machine gets a longer one.
const timeFactor = '10';

export async function conformanceHost() {
  if (process.env.CONFORMANCE_URL) return { url: process.env.CONFORMANCE_URL, stop: () => {} };
  const port = await freePort();
  const child = start('dotnet', [dll('tests', 'DeltaStream.ConformanceHost')], { PORT: `${port}`, TIME_FACTOR: timeFactor });
  const url = `http://127.0.0.1:${port}`;
  await until(() => answers(`${url}/engine.io/?EIO=4&transport=polling`), child, 'the conformance host');
  return { url, stop: () => child.kill('SIGKILL') };
}

export async function gateway(variables = {}) {
  if (process.env.GATEWAY_URL) return { url: process.env.GATEWAY_URL, publish: publisher(new URL(process.env.REDIS_URL).port), stop: () => {} };
  const [redisPort, port, clusterPort] = await freePorts(3);
  const redis = start('redis-server', ['--port', `${redisPort}`, '--save', '', '--appendonly', 'no'], {});
  const run = () => start('dotnet', [dll('src', 'DeltaStream.Node')], {
    PORT: `${port}`,
    CLUSTER_PORT: `${clusterPort}`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    HOCON_FILE: join(dirname(dll('src', 'DeltaStream.Node')), 'hocon', 'test.conf'),
    CORS_ORIGINS: '*',
    AUTH_ALLOW_ANONYMOUS: 'true',
    DRAIN_SECONDS: '1',
    DRAIN_DELAY_SECONDS: '0',
    ...variables,
  });
  let node = run();
  const url = `http://127.0.0.1:${port}`;
  const stop = () => {
    node.kill('SIGKILL');
    redis.kill('SIGKILL');
  };
  const ready = () => until(async () => {
    const health = await (await fetch(`${url}/health`)).json();
    return health.bridge === 'active' && health.feed === 'live' && (await answers(`${url}/health/ready`));
  }, node, 'the gateway');
  await ready();
  // Kills the node and starts it again, on a Redis that remembers nothing.
  const restart = async () => {
    const exit = new Promise((resolve) => node.on('exit', resolve));
    node.kill('SIGKILL');
    await exit;
    execFileSync('redis-cli', ['-p', `${redisPort}`, 'FLUSHALL']);
    node = run();
    await ready();
  };
  return { url, redis, publish: publisher(redisPort), terminate: () => node.kill('SIGTERM'), ended: new Promise((resolve) => node.on('exit', resolve)), restart, stop };
}

// Three nodes on one redis-server behind a balancer, which hands each request to the next of them.
export async function cluster(environment = {}, balance = haproxy) {
  const [redisPort, ...others] = await freePorts(7);
  const redis = start('redis-server', ['--port', `${redisPort}`, '--save', '', '--appendonly', 'no'], {});
  const [ports, clusterPorts] = [others.slice(0, 3), others.slice(3)];
  const seeds = clusterPorts.map((port) => `127.0.0.1:${port}`).join(',');
  const node = (i) => {
    const child = start('dotnet', [dll('src', 'DeltaStream.Node')], {
      PORT: `${ports[i]}`, CLUSTER_PORT: `${clusterPorts[i]}`, CLUSTER_SEEDS: seeds, REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      HOCON_FILE: join(dirname(dll('src', 'DeltaStream.Node')), 'hocon', 'test.conf'), CORS_ORIGINS: '*', AUTH_ALLOW_ANONYMOUS: 'true', DRAIN_SECONDS: '2', DRAIN_DELAY_SECONDS: '0', LOG_LEVEL: 'warning',
      ...environment,
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    return { url: `http://127.0.0.1:${ports[i]}`, child, ended, kill: () => child.kill('SIGKILL'), terminate: () => child.kill('SIGTERM') };
  };
  const nodes = [0, 1, 2].map(node);
  const whole = async () => {
    for (const { url, child } of nodes)
      await until(async () => {
        const health = await (await fetch(`${url}/health`)).json();
        return health.members === 3 && health.feed === 'live' && (await answers(`${url}/health/ready`));
      }, child, `the node at ${url}`);
  };
  await whole();
  const balancer = await balance(ports);
  // What Redis says to a command, in lines.
  const asked = (...command) => execFileSync('redis-cli', ['-p', `${redisPort}`, ...command.map(String)], { encoding: 'utf8' }).trimEnd().split('\n');
  return {
    url: balancer.url,
    nodes,
    clusterPorts,
    redis,
    publish: publisher(redisPort),
    asked,
    // The sessions that are kept for state recovery, as `[key, holder:state:id and rooms]`.
    sessions: () => {
      const keys = asked('KEYS', 'deltastream:session:*').filter((key) => key);
      const values = keys.length > 0 ? asked('MGET', ...keys) : [];
      return keys.map((key, i) => [key, values[i] ?? '']);
    },
    whole,
    restart: async (i) => {
      nodes[i] = node(i);
      await whole();
    },
    stop: () => [balancer, ...nodes.map(({ child }) => child), redis].forEach((child) => child.kill('SIGKILL')),
  };
}

// HAProxy with the sample that operators start from.
export async function haproxy(ports) {
  const { file, url } = await sample('haproxy.cfg', ports, (text, port) => text.replace('bind :8080', `bind 127.0.0.1:${port}`));
  return passing(url, start('haproxy', ['-f', file], sbin), 'HAProxy');
}

// nginx with the sample that operators start from, and with folders of the test's own.
export async function nginx(ports) {
  const { file, folder, url } = await sample('nginx.conf', ports, (text, port, folder) => {
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};\n`).join('');
    return text.replace('http {\n', `http {\n${folders}`).replace('listen 8080', `listen 127.0.0.1:${port}`);
  });
  const master = await passing(url, start('nginx', ['-c', file, '-e', 'stderr', '-g', `daemon off; pid ${folder}/nginx.pid;`], sbin), 'nginx');
  // The workers would outlive a master that is killed; told to stop, it ends them.
  const kill = master.kill.bind(master);
  return Object.assign(master, { kill: () => kill('SIGTERM') });
}

const sbin = { PATH: `${process.env.PATH}:/usr/sbin` };

// A sample's copy with this machine's ports.
async function sample(name, ports, change) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'deltastream-'));
  // nginx's workers have another user than its master.
  await chmod(folder, 0o755);
  let text = change(await readFile(join(root, 'samples', name), 'utf8'), port, folder);
  ports.forEach((nodePort, i) => (text = text.replace(`node${i + 1}:8002`, `127.0.0.1:${nodePort}`)));
  const file = join(folder, name);
  await writeFile(file, text);
  return { file, folder, url: `http://127.0.0.1:${port}` };
}

async function passing(url, child, what) {
  await until(() => answers(`${url}/health/ready`), child, what);
  return Object.assign(child, { url });
}

async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

export const secret = 'a secret of at least thirty-two bytes';

/** An HS256 token, made by hand. */
export function token(claims = {}, seconds = 600) {
  const encode = (data) => Buffer.from(data).toString('base64url');
  const input = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(JSON.stringify({ sub: 'trader-7', exp: Math.floor(Date.now() / 1000) + seconds, ...claims }))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function dll(folder, project) {
  return join(root, folder, project, 'bin', configuration, 'net10.0', `${project}.dll`);
}

// A run that is broken off leaves nothing behind.
const children = [];
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

function start(command, args, environment) {
  const { ASPNETCORE_URLS, DOTNET_ENVIRONMENT, REDIS_URL, ...own } = process.env;
  const child = spawn(command, args, { env: { ...own, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (child.log = (child.log + data).slice(-20_000)));
  children.push(child);
  return child;
}

async function until(condition, child, what) {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}:\n${child.log}`);
    if (await condition().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`${what} did not start:\n${child.log}`);
  }
}

const answers = async (url) => (await fetch(url)).ok;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Publishes as the platform does, a text as it stands; completes when Redis has taken it.
function publisher(port) {
  return (channel, message) =>
    new Promise((resolve, reject) => {
      const parts = ['PUBLISH', channel, typeof message === 'string' ? message : JSON.stringify(message)];
      const socket = connect(port, '127.0.0.1').on('error', reject);
      socket.write(`*3\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`);
      socket.once('data', () => {
        socket.destroy();
        resolve();
      });
    });
}
