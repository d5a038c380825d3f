/** What the document says of each route (routes/routes.ts). */
export { batch } from './batch.ts';
export { click } from './click.ts';
export { events } from './events.ts';
export { impression } from './impression.ts';
export { transactionPixel, transactionPostback } from './transaction.ts';
