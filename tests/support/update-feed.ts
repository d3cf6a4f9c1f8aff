import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedBytes } from '../../electron/core/updates/feed.ts';

/** As the feed of this system and processor is called. */
export const FEED_NAME = process.arch === 'x64' ? 'latest-linux.yml' : `latest-linux-${process.arch}.yml`;

/** A package that is a program: it writes its version into the file it is told, and ends. */
export const scriptPackage = (version: string, marker: string, bytes = 0): Buffer =>
  Buffer.from(`#!/bin/sh\necho ${version} > '${marker}'\nexit 0\n#${'x'.repeat(bytes)}\n`);

type Answer = (response: ServerResponse) => void;

/** A feed of updates on this computer, as a release would put it on a server. */
export class UpdateFeed {
  readonly keys = generateKeyPairSync('ed25519');
  readonly files = new Map<string, Buffer>();
  /** Paths and user agents of all requests. */
  readonly requests: { readonly path: string; readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  /** Answers in another way than with the file. */
  readonly answers = new Map<string, Answer>();
  readonly #server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname).slice(1);
    this.requests.push({ path, headers: request.headers });
    const answer = this.answers.get(path);
    if (answer) return answer(response);
    const file = this.files.get(path);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': file.length }).end(file);
  });

  get publicKeyPem(): string {
    return this.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Puts a release there; returns the name of its package. */
  publish(version: string, content: Buffer): string {
    const name = `pos-pairing-${version}-linux-x86_64.AppImage`;
    this.files.set(name, content);
    this.publishFeed(feedText(version, [{ name, content }]));
    return name;
  }

  publishFeed(text: string, key: KeyObject = this.keys.privateKey, signedName = FEED_NAME): void {
    this.files.set(FEED_NAME, Buffer.from(text));
    const signature = sign(null, signedBytes(signedName, Buffer.from(text)), key);
    this.files.set(`${FEED_NAME}.sig`, Buffer.from(signature.toString('base64')));
  }
}

/** As electron-builder writes it. */
export function feedText(
  version: string,
  packages: readonly { readonly name: string; readonly content: Buffer }[],
): string {
  const files = packages.map(
    ({ name, content }) =>
      `  - url: ${name}\n    sha512: ${createHash('sha512').update(content).digest('base64')}\n    size: ${content.length}\n`,
  );
  return `version: ${version}\nfiles:\n${files.join('')}path: ${packages[0]?.name}\nsha512: x\nreleaseDate: '2026-11-28T00:00:00.000Z'\n`;
}
