/** The two streams, as whoever creates them needs to know them. */
export const streamDefaultNames = { event: 'trackline-events', coreData: 'trackline-core-data' } as const;
