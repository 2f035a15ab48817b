// The events of DeltaStream for TypeScript clients. Copy this file into your project.
// With socket.io-client:  const socket: Socket<ServerEvents, ClientEvents> = io(url);
// Every field has its unit in docs/payloads.md.

/** ISO 8601. Without a zone it is UTC: append "Z" before you give it to `new Date`. */
export type Timestamp = string;

/** A date as YYYY-MM-DD. */
export type ExpiryDate = string;

/** Seconds since 1970-01-01 UTC, with a fraction. */
export type UnixSeconds = number;

/** `general`, `product:X`, `chain:X` or `chain:X:YYYY-MM-DD`. */
export type RoomName = "general" | `product:${string}` | `chain:${string}`;

export type ErrorCode =
  | "missing_field" | "invalid_type" | "invalid_symbol" | "invalid_expiry" | "unknown_event" | "invalid_message"
  | "too_many_subscriptions" | "rate_limited" | "message_too_large" | "unauthorized" | "token_expired"
  | "invalid_view" | "too_many_views";

export interface Connected {
  message: string;
  client_id: string;
  server_time: UnixSeconds;
  rooms: RoomName[];
  /** Present while prices are simulated. */
  demo?: true;
}

export interface Subscribed {
  room: RoomName;
  message: string;
  /** How many values are known in the room; 0: nothing is known under that name. Absent where it can't be told. */
  values?: number;
}

export interface Unsubscribed {
  room: RoomName;
  message: string;
}

export interface RequestError {
  message: string;
  code: ErrorCode;
  /** The client's event; absent where none can be named. */
  event?: string;
  /** The room that the request was about; absent where none can be named. */
  room?: RoomName;
}

/** What producers send passes through unchanged, so any of these fields can have further company. */
export interface UnderlyingUpdate {
  product: string;
  /** A number; a string only where the producer writes one. */
  price: number | string;
  timestamp?: Timestamp;
  type?: string;
  processed_at?: Timestamp;
  [further: string]: unknown;
}

export interface ChainSummary {
  product: string;
  expiry: string;
  spot_price: number | null;
  pcr_oi: number | null;
  max_pain_strike: number | null;
  atm_straddle_price: number | null;
  timestamp: Timestamp | null;
  /** Further members of the chain that are no arrays and no objects, such as `pcr_volume`. */
  [further: string]: number | string | boolean | null;
}

export interface Quote {
  strike: number;
  symbol?: string;
  product?: string;
  expiry?: string;
  option_type?: "CALL" | "PUT";
  bid?: number | null;
  ask?: number | null;
  last?: number | null;
  volume?: number | null;
  open_interest?: number | null;
  /** A fraction: 0.28 is 28 %. */
  iv?: number | null;
  delta?: number | null;
  gamma?: number | null;
  theta?: number | null;
  vega?: number | null;
  timestamp?: Timestamp;
  [further: string]: unknown;
}

export interface ChainUpdate {
  product: string;
  /** As the producer writes it. Rooms and `get_expiries` have YYYY-MM-DD. */
  expiry: string;
  spot_price?: number | null;
  pcr_oi?: number | null;
  pcr_volume?: number | null;
  atm_strike?: number | null;
  atm_straddle_price?: number | null;
  max_pain_strike?: number | null;
  total_call_oi?: number | null;
  total_put_oi?: number | null;
  call_buildup_otm?: number | null;
  put_buildup_otm?: number | null;
  strikes?: number[];
  calls?: Quote[] | null;
  puts?: Quote[] | null;
  timestamp?: Timestamp;
  processed_at?: Timestamp;
  [further: string]: unknown;
}

export interface MarketStatus {
  market: string;
  /** Such as `open`, `closed`, `pre_open`. */
  status: string;
  timestamp?: Timestamp;
  [further: string]: unknown;
}

export interface Products {
  products: string[];
}

export interface Expiries {
  symbol: string;
  expiries: ExpiryDate[];
}

export interface FeedStatus {
  status: "live" | "stale" | "down";
  since: UnixSeconds;
}

export interface Authenticated {
  /** Null for a token that does not expire. */
  expires_at: UnixSeconds | null;
}

export interface TokenExpiring {
  /** Seconds. */
  expires_in: number;
}

/** The server's events: the name, and the data of each. */
export interface ServerData {
  connected: Connected;
  subscribed: Subscribed;
  unsubscribed: Unsubscribed;
  error: RequestError;
  underlying_update: UnderlyingUpdate;
  chain_summary: ChainSummary;
  chain_update: ChainUpdate;
  market_status: MarketStatus;
  products: Products;
  expiries: Expiries;
  feed_status: FeedStatus;
  authenticated: Authenticated;
  token_expiring: TokenExpiring;
}

/** A room as a request names it. */
export type RoomRequest =
  | { type: "general" }
  | { type: "product"; symbol: string }
  | { type: "chain"; symbol: string; expiry?: string | null };

export type Refused = { status: "error"; code: ErrorCode; message: string };

export type SubscribeAck = { status: "ok"; room: RoomName; values?: number } | Refused;

export type UnsubscribeAck = { status: "ok"; room: RoomName } | Refused;

export type ListAck = { status: "ok" } | Refused;

/** For socket.io-client: the events that a client hears. */
export type ServerEvents = { [Name in keyof ServerData]: (data: ServerData[Name]) => void };

/** For socket.io-client: the events that a client emits. */
export interface ClientEvents {
  subscribe: (room: RoomRequest, ack?: (answer: SubscribeAck) => void) => void;
  unsubscribe: (room: RoomRequest, ack?: (answer: UnsubscribeAck) => void) => void;
  get_products: (ack?: (answer: ListAck) => void) => void;
  get_expiries: (data: { symbol: string }, ack?: (answer: ListAck) => void) => void;
  authenticate: (data: { token: string }, ack?: (answer: ListAck) => void) => void;
}

/** For `/ws`: what a text frame from the server holds. */
export type ServerFrame =
  | { [Name in keyof ServerData]: { event: Name; data: ServerData[Name] } }[keyof ServerData]
  | { event: "ack"; id: string | number; data: SubscribeAck | UnsubscribeAck | ListAck };
