import { Agent, request } from 'node:http';

/** What a tracker decided on one impression. */
export interface Decided {
  readonly status: number;
  /** '' where it was not accepted. */
  readonly messageId: string;
}

/** Calls a tracker as a server would, over connections that are kept alive. */
export class DecideCalls {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #trackerUrl: string;

  constructor(trackerUrl: string) {
    this.#trackerUrl = trackerUrl;
  }

  /**
   * One impression, on the route that tells its message id.
   *
   * @throws Error where there is no answer
   */
  async decide(programId: string): Promise<Decided> {
    const url = `${this.#trackerUrl}/v1/events/${programId}?type=impression&publisher=p1`;
    return new Promise((resolve, reject) => {
      const call = request(url, { agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject).on('end', () => {
          const status = response.statusCode!;
          const messageId = status === 200 ? (JSON.parse(text) as Decided).messageId : '';
          resolve({ status, messageId });
        });
      });
      call.on('error', reject).end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
