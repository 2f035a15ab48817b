// The clients by version, and the three ways in which each connects.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const socketClients = {
  'socket.io-client 4.5.4': require('socket.io-client-4.5').io,
  'socket.io-client 4.8.4': require('socket.io-client-4.8').io,
};
export const socketClient2 = require('socket.io-client-2');
export const { Socket: EngineSocket } = require('engine.io-client');
// A bare WebSocket: the one that these clients use.
export const WebSocket = createRequire(require.resolve('engine.io-client'))('ws');

export const modes = {
  websocket: ['websocket'],
  polling: ['polling'],
  upgrade: ['polling', 'websocket'],
};

const patience = 30_000;

// The arguments of the next such event.
export function next(emitter, event, fits = () => true) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} within ${patience} ms`)), patience);
    const listener = (...args) => {
      if (!fits(...args)) return;
      clearTimeout(timer);
      emitter.off(event, listener);
      resolve(args);
    };
    emitter.on(event, listener);
  });
}

// Every event from the first on, in order.
export function recorded(socket) {
  const events = [];
  socket.onAny((name, ...args) => events.push([name, ...args]));
  return events;
}

export async function eventually(condition, what) {
  for (const end = Date.now() + patience; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error(`not within ${patience} ms: ${typeof what === 'function' ? what() : what}`);
}

// Waits until the client travels as the mode says in the end.
export async function settled(engine, mode) {
  await eventually(() => engine.transport.name === (mode === 'polling' ? 'polling' : 'websocket'), `transport ${mode}`);
}
