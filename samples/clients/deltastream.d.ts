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
  | "invalid_view" | "too_many_views" | "too_many_subscriptions" | "rate_limited" | "message_too_large" | "unauthorized" | "token_expired";

/** Names a document. Compare versions for equality alone. */
export type Version = string;

/** Which strikes: `atm` counts strikes below and above the centre, `percent` is of the centre, `between` is inclusive. */
export type Window = { atm: number | [below: number, above: number] } | { percent: number } | { between: [low: number, high: number] } | { list: number[] };

/** The fields of a view that every room takes. */
export interface RoomView {
  /** At most so many updates a second of each key; at least 0.1. */
  max_rate?: number | null;
  /** `true`: `room_status` for this room. */
  status?: boolean | null;
  /** `true`: version and time of receipt with every update. */
  meta?: boolean | null;
}

interface ChainView extends RoomView {
  sides?: "calls" | "puts" | "both" | null;
}

type Rows = { strikes?: number | null; window?: null } | { strikes?: null; window?: Window | null };

type Columns =
  | { fields?: string[] | null; preset?: null }
  | { fields?: null; preset?: "ltp" | "quote" | "greeks" | null };

type NamedColumns = { fields: string[]; preset?: null } | { fields?: null; preset: "ltp" | "quote" | "greeks" };

type Mode =
  | ({ mode?: "full" | null; format?: "rows" | null; have?: null } & Columns)
  | ({ mode: "delta"; format?: "rows" | null } & Columns)
  | ({ mode: "delta"; format: "compact" } & NamedColumns);

/** A view as it was granted. */
export interface GrantedView {
  mode: "full" | "delta";
  /** In mode delta. */
  format?: "rows" | "compact";
  window?: { atm: [below: number, above: number] } | { percent: number } | { between: [low: number, high: number] } | { list: number[] };
  sides?: "calls" | "puts" | "both";
  fields?: string[];
  max_rate?: 20 | 10 | 5 | 2 | 1 | 0.5 | 0.2 | 0.1;
  status?: true;
  meta?: true;
}

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
  /** Present where one was granted. */
  view?: GrantedView;
}

/** All snapshots of a `subscribe` with `rooms`, or with a view, have come. */
export interface Synced {
  /** The rooms that were granted. */
  rooms: RoomName[];
}

export interface RoomStatus {
  room: RoomName;
  status: "live" | "quiet" | "down";
  since: UnixSeconds | null;
  /** Null where nothing is known. */
  last_update: UnixSeconds | null;
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

/** A row of a view with format compact: the values of `fields`, the strike first. */
export type CompactRow = [strike: number, ...values: unknown[]];

/** The whole document of a delta view. */
export interface ChainSnapshot {
  product: string;
  /** In the form of the rooms. */
  expiry: ExpiryDate;
  version: Version;
  /** Format compact: the columns of a row. */
  fields?: ["strike", ...string[]];
  chain: Omit<ChainUpdate, "calls" | "puts"> & { calls?: (Quote | CompactRow)[] | null; puts?: (Quote | CompactRow)[] | null };
  /** With `meta`. */
  received_at?: UnixSeconds;
}

/** What changed in the rows of one side. */
export interface SideDelta {
  /** Set these members of the row with that strike. Format compact: bit i of the mask says that a value for column i + 1 follows. */
  update?: (Partial<Quote> & { strike: number })[] | [strike: number, mask: number, ...values: unknown[]][];
  /** Whole rows. A row takes the place of one with the same strike. */
  add?: Quote[] | CompactRow[];
  /** Strikes. */
  remove?: number[];
}

/** What leads from the document `base` to the document `version`. Empty parts are left out. */
export interface ChainDelta {
  product: string;
  expiry: ExpiryDate;
  base: Version;
  version: Version;
  /** Members of the document that changed; never `calls` and `puts`. */
  set?: { [member: string]: unknown };
  /** Members that went. */
  unset?: string[];
  calls?: SideDelta;
  puts?: SideDelta;
  received_at?: UnixSeconds;
}

/** The second argument of updates where the view has `meta`. */
export interface Meta {
  version: Version;
  /** When Redis delivered it, by Redis's clock. */
  received_at: UnixSeconds;
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
  chain_snapshot: ChainSnapshot;
  chain_delta: ChainDelta;
  synced: Synced;
  room_status: RoomStatus;
}

/** A room as a request names it. */
export type RoomRequest =
  | { type: "general" }
  | { type: "product"; symbol: string }
  | { type: "chain"; symbol: string; expiry?: string | null };

/** A room with a view. Without its fields the room is sent whole. */
export type ViewRequest =
  | ({ type: "general" } & RoomView)
  | ({ type: "product"; symbol: string } & RoomView)
  | ({ type: "chain"; symbol: string; expiry: string; have?: Version | null } & ChainView & Rows & Mode)
  | ({ type: "chain"; symbol: string; expiry?: null; have?: { [expiry: string]: Version } | null } & ChainView & Rows & Mode);

/** 1 to 200 rooms; `replace` leaves all others but `general`. */
export interface RoomsRequest<Room> {
  rooms: Room[];
  replace?: boolean;
}

export type Refused = { status: "error"; code: ErrorCode; message: string; rooms?: undefined };

export type SubscribeAck = { status: "ok"; room: RoomName; values?: number; view?: GrantedView; rooms?: undefined } | Refused;

export type UnsubscribeAck = { status: "ok"; room: RoomName; rooms?: undefined } | Refused;

/** The answer for one entry of `rooms`. */
export type RoomAnswer =
  | { status: "ok"; room: RoomName; values?: number; view?: GrantedView }
  | { status: "error"; room?: RoomName; code: ErrorCode; message: string };

/** The answer to a request with `rooms`. `ok`: every entry was granted. A request that is refused as a whole has no `rooms`. */
export type RoomsAck =
  | { status: "ok" | "error"; rooms: RoomAnswer[]; left?: RoomName[]; room?: undefined; values?: undefined; code?: undefined; message?: undefined }
  | Refused;

export type ListAck = { status: "ok" } | Refused;

/** For socket.io-client: the events that a client hears. */
export type ServerEvents = { [Name in keyof ServerData]: (data: ServerData[Name], meta?: Meta) => void };

/** For socket.io-client: the events that a client emits. */
export interface ClientEvents {
  /** An answer with `rooms` is to a request with `rooms`. */
  subscribe: (request: ViewRequest | RoomsRequest<ViewRequest>, ack?: (answer: SubscribeAck | RoomsAck) => void) => void;
  unsubscribe: (request: RoomRequest | RoomsRequest<RoomRequest>, ack?: (answer: UnsubscribeAck | RoomsAck) => void) => void;
  pause: (ack?: (answer: ListAck) => void) => void;
  resume: (ack?: (answer: ListAck) => void) => void;
  get_products: (ack?: (answer: ListAck) => void) => void;
  get_expiries: (data: { symbol: string }, ack?: (answer: ListAck) => void) => void;
  authenticate: (data: { token: string }, ack?: (answer: ListAck) => void) => void;
}

/** For `/ws`: what a text frame from the server holds. */
export type ServerFrame =
  | { [Name in keyof ServerData]: { event: Name; data: ServerData[Name]; meta?: Meta } }[keyof ServerData]
  | { event: "ack"; id: string | number; data: SubscribeAck | RoomsAck | UnsubscribeAck | ListAck };
