/** One application-level message or HTTP request the device has understood. */
export interface ReceivedMessage {
  readonly at: number;
  /** `http`: without TLS (fault `plain-http`); `tcp`: bytes that were no TLS. */
  readonly transport: 'https' | 'wss' | 'http' | 'tcp';
  readonly method?: string;
  readonly url?: string;
  readonly text: string;
  /** The parsed text; undefined when it is no JSON. */
  readonly json: unknown;
  /** SHA-256 fingerprint of the client certificate presented on this connection. */
  readonly clientFingerprint: string | null;
}

export interface ConnectionRecord {
  readonly at: number;
  readonly remotePort: number | undefined;
  /** `none`: the client sent nothing, or no TLS was spoken. */
  handshake: 'none' | 'started' | 'completed' | 'failed';
  protocol: string | null;
  clientFingerprint: string | null;
  clientSubject: string | null;
  /** Why the device dropped the connection, if it did. */
  refused: string | null;
  error: string | null;
}

/** How often the device was touched, layer by layer. */
export interface TouchCounts {
  /** TCP connections. */
  readonly connections: number;
  /** Completed TLS handshakes. */
  readonly handshakes: number;
  /** SHA-256 fingerprint of the client certificate → completed TLS handshakes with it; `none` without one. */
  readonly handshakesByCertificate: ReadonlyMap<string, number>;
  /** HTTP requests to open a WebSocket. */
  readonly upgrades: number;
  /** All other HTTP requests, also those that are no proper HTTP. */
  readonly requests: number;
  /** WebSocket messages. */
  readonly messages: number;
}

/** What the device has seen, for tests to look into. */
export class Journal {
  readonly received: ReceivedMessage[] = [];
  readonly connections: ConnectionRecord[] = [];
  readonly #transcript: string[] = [];
  #upgrades = 0;
  #requests = 0;

  open(remotePort: number | undefined): ConnectionRecord {
    const record: ConnectionRecord = {
      at: Date.now(),
      remotePort,
      handshake: 'none',
      protocol: null,
      clientFingerprint: null,
      clientSubject: null,
      refused: null,
      error: null,
    };
    this.connections.push(record);
    return record;
  }

  /** `context` is searched by `contains` but not otherwise kept: request line and headers. */
  receive(message: Omit<ReceivedMessage, 'at' | 'json'>, context = ''): ReceivedMessage {
    const entry: ReceivedMessage = { ...message, at: Date.now(), json: parseJson(message.text) };
    this.received.push(entry);
    this.#note(`${context}\n${message.text}`);
    return entry;
  }

  countRequest(): void {
    this.#requests += 1;
  }

  countUpgrade(head: string): void {
    this.#upgrades += 1;
    this.#note(head);
  }

  get counts(): TouchCounts {
    const completed = this.connections.filter(({ handshake }) => handshake === 'completed');
    const byCertificate = new Map<string, number>();
    for (const { clientFingerprint } of completed) {
      const key = clientFingerprint ?? 'none';
      byCertificate.set(key, (byCertificate.get(key) ?? 0) + 1);
    }
    return {
      connections: this.connections.length,
      handshakes: completed.length,
      handshakesByCertificate: byCertificate,
      upgrades: this.#upgrades,
      requests: this.#requests,
      messages: this.received.filter(({ transport }) => transport === 'wss').length,
    };
  }

  contains(text: string): boolean {
    return this.#transcript.some((entry) => entry.includes(text));
  }

  clear(): void {
    this.received.length = 0;
    this.connections.length = 0;
    this.#transcript.length = 0;
    this.#upgrades = 0;
    this.#requests = 0;
  }

  #note(text: string): void {
    this.#transcript.push(text);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
