import type { ConsentChoice } from '@trackline/domain/consent';

const usPrivacy = /^1[YN-]([YN-])[YN-]$/i;

/**
 * What a US Privacy string says of the sale of data ("U.S. Privacy String", IAB Tech Lab, version 1): denied where
 * the person has opted out, and where it can't be read.
 *
 * @param text '' where the call has none
 * @returns null where nothing is said, or US privacy law does not apply (`-`)
 */
export function readUsPrivacy(text: string): ConsentChoice | null {
  if (text === '') return null;
  const optOut = usPrivacy.exec(text)?.[1];
  if (optOut === '-') return null;
  return optOut === 'N' || optOut === 'n' ? 'granted' : 'denied';
}
