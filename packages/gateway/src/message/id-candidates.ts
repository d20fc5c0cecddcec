/** What a receipt's message may be called. */
import { type IdRelation, idInResponse } from '@chappe/protocol';

/** What a receipt's message may be called. */
export interface Candidate {
  readonly relation: IdRelation;
  /** As the receipt writes it. */
  readonly id: string;
  /** As the message has it. */
  readonly upstreamId: string;
}

/**
 * All that a receipt with these ids may mean, by these relations, in their order. Where none of them can hold, since the
 * ids are no such numbers, they mean themselves.
 */
export function candidatesOf(ids: readonly string[], relations: readonly IdRelation[]): readonly Candidate[] {
  const candidates = candidatesBy(ids, relations);
  return candidates.length > 0 || relations.includes('same') ? candidates : candidatesBy(ids, ['same']);
}

function candidatesBy(ids: readonly string[], relations: readonly IdRelation[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const relation of relations) {
    for (const id of ids) {
      const upstreamId = idInResponse(relation, id);
      if (upstreamId === undefined || upstreamId === '') continue;
      candidates.push({ relation, id, upstreamId });
      // Messages that left before an update of the gateway have such ids as they were written.
      if (relation === 'same' && id !== upstreamId) candidates.push({ relation, id, upstreamId: id });
    }
  }
  return candidates;
}
