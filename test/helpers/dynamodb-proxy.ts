import { type Intervention, startAwsProxy } from './aws-proxy.ts';

/**
 * How a call is treated. forward: as if there were no proxy. drop: the connection is cut. dropReply: the call
 * is done, and then the connection is cut. hang: it is never answered. unprocessed: of a BatchWriteItem, so
 * many of its last requests are left undone, as by a table that has no room. error: refused with this error
 * of DynamoDB's.
 */
export type Treatment =
  | 'forward'
  | 'drop'
  | 'dropReply'
  | 'hang'
  | { readonly unprocessed: number }
  | { readonly error: string; readonly message?: string };

export interface ProxiedCall {
  readonly operation: string;
  /** The call's JSON. */
  readonly body: string;
}

/** A proxy in front of DynamoDB: for faults that the embedded ones never have, and to count calls. */
export class DynamoDbProxy {
  /** Decides on each call, which waits for it. */
  treat: (call: ProxiedCall) => Treatment | Promise<Treatment> = () => 'forward';
  calls: ProxiedCall[] = [];
  /** Whether `calls` has them: of a long run they would be too many. */
  remembersCalls = true;
  #proxy: Awaited<ReturnType<typeof startAwsProxy>> | null = null;

  static async open(behind: string): Promise<DynamoDbProxy> {
    const proxy = new DynamoDbProxy();
    proxy.#proxy = await startAwsProxy(behind, (operation, body) => proxy.#interfere(operation, body));
    return proxy;
  }

  get url(): string {
    return this.#proxy!.endpoint;
  }

  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** What was read, each as its operation, and whether it was read consistently. */
  get reads(): string[] {
    return this.calls
      .filter(({ operation }) => operation === 'GetItem' || operation === 'Query')
      .map(({ operation, body }) => {
        const { ConsistentRead } = JSON.parse(body) as { ConsistentRead?: boolean };
        return ConsistentRead ? operation : `${operation}, which may be stale`;
      });
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }

  async #interfere(operation: string, body: Record<string, unknown>): Promise<Intervention> {
    const call = { operation, body: JSON.stringify(body) };
    if (this.remembersCalls) this.calls.push(call);
    const treatment = await this.treat(call);
    if (treatment === 'forward') return null;
    if (typeof treatment === 'string') return treatment;
    if ('unprocessed' in treatment) return leaveUndone(body, treatment.unprocessed);
    const __type = `com.amazonaws.dynamodb.v20120810#${treatment.error}`;
    return { status: 400, body: { __type, message: treatment.message ?? 'The proxy says so.' } };
  }
}

function leaveUndone(body: Record<string, unknown>, undone: number): Intervention {
  const [[table, requests]] = Object.entries(body.RequestItems as Record<string, object[]>) as [
    [string, object[]],
  ];
  const done = requests.slice(0, Math.max(0, requests.length - undone));
  const UnprocessedItems = { [table]: requests.slice(done.length) };
  if (done.length === 0) return { status: 200, body: { UnprocessedItems } };
  return { passInstead: { RequestItems: { [table]: done } }, merge: { UnprocessedItems } };
}
