/** The part of the URL standard used here: Node and every browser have it, but TypeScript knows it of each alone. */
interface URL {
  readonly hostname: string;
}
declare const URL: new (url: string) => URL;
