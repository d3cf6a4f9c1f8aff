import { ElectronHttpExecutor } from 'electron-updater/out/electronHttpExecutor.js';

type CreateRequest = ElectronHttpExecutor['createRequest'];
type Answered = Parameters<CreateRequest>[1];

/** Counts what is downloaded: electron-updater does so only where the server says how much there will be. */
export class CountingExecutor extends ElectronHttpExecutor {
  onBytes: (count: number) => void = () => {};
  readonly #create: CreateRequest | undefined;

  /** `create` makes requests in place of Electron's own network. */
  constructor(create?: CreateRequest) {
    super();
    this.#create = create;
  }

  override createRequest(
    options: Parameters<CreateRequest>[0],
    callback: Answered,
  ): ReturnType<CreateRequest> {
    const answered: Answered = (response) => {
      callback(response);
      response.on('data', (chunk: Uint8Array) => this.onBytes(chunk.length));
    };
    return this.#create ? this.#create(options, answered) : super.createRequest(options, answered);
  }
}
