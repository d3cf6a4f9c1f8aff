import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * POSTs a text and returns the answer. Throws what the other side complains of. Not by `fetch`, whose connections Wine
 * refuses.
 */
export async function ask(url: string | URL, question = ''): Promise<string> {
  // A connection for each, since who holds files keeps this process from noticing that a kept one was closed.
  const asking = request(url, { method: 'POST', agent: false });
  asking.end(question);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
  });
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(answer);
  return answer;
}
