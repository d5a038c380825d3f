import { DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Clock } from '@trackline/domain/clock';
import { turns } from '@trackline/domain/turns';
import { connectDynamoDb, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { itemOf } from '../dynamodb/item.dynamodb.ts';
import type { TrackingEventsEraser } from './tracking-events.ts';

export interface EraserOptions extends TableTarget {
  readonly clock: Clock;
}

/** Parts of the table that are read side by side. */
const segments = 4;
/** Events are accepted meanwhile, and what a table can take is theirs first. */
const deletesPerSecondMax = 100;
/** A reading of hours shall not end for a table that is busy for a moment. */
const attemptsMax = 10;

/** Deletes from the table `tracking-events`, which has no index on visitors (page 9 of the decisions). */
export function connectEraser(options: EraserOptions): TrackingEventsEraser {
  const { tableName: TableName, clock } = options;
  const client = connectDynamoDb(options, attemptsMax);

  return {
    async eraseVisitor(visitorId, { dryRun, onPage }) {
      const soFar = { read: 0, found: 0, erased: 0 };
      const turn = turns(clock, deletesPerSecondMax);

      async function eraseSegment(Segment: number): Promise<void> {
        const pages = paginateScan(
          { client },
          {
            TableName,
            Segment,
            TotalSegments: segments,
            ConsistentRead: true,
            ProjectionExpression: 'pk, sk',
            FilterExpression: 'visitorId = :visitorId',
            ExpressionAttributeValues: itemOf({ ':visitorId': visitorId }),
          },
        );
        for await (const { Items = [], ScannedCount = 0 } of pages) {
          soFar.read += ScannedCount;
          soFar.found += Items.length;
          for (const { pk, sk } of dryRun ? [] : Items) {
            await turn();
            await client.send(new DeleteItemCommand({ TableName, Key: { pk: pk!, sk: sk! } }));
            soFar.erased++;
          }
          onPage?.({ ...soFar });
        }
      }

      await Promise.all(Array.from({ length: segments }, (_, segment) => eraseSegment(segment)));
      return soFar;
    },
    async close() {
      client.destroy();
    },
  };
}
