import { isIdentifier } from '@trackline/domain/identifier';
import { vastEvents } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import type { Call } from './call.ts';
import { checkTransaction } from './transaction.ts';

/** What is wrong with how a call is made; null when nothing is. */
export function check({ programId, parameters, type, parts, route }: Call): CallReason | null {
  const { idLengthMax } = parts.limits;
  if (parameters.fault !== null) return parameters.fault;
  if (!isIdentifier(programId)) {
    // Without an id, or with the segments that mean "here" and "above", a path is another one than ours.
    const isElsewhere = route.programInPath && /^\.{0,2}$/.test(programId);
    return isElsewhere ? 'route_unknown' : refuseId(programId, idLengthMax);
  }
  const { publisher, event } = parameters;
  if (publisher !== '' && !isIdentifier(publisher)) return refuseId(publisher, idLengthMax);
  if (type === null) return 'type_malformed';
  if (type === 'transaction') return checkTransaction(parameters);
  if (type === 'impression' && event !== '' && !(vastEvents as readonly string[]).includes(event)) {
    return 'vast_event_malformed';
  }
  return null;
}

function refuseId(id: string, lengthMax: number): CallReason {
  return id.length > lengthMax ? 'id_too_long' : 'id_malformed';
}
