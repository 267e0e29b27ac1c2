/** Events that tell of a message: their data are the message's fields. */
export const messagePrefix = "message.";

/** What a route asks about an event that does not stand in it. */
export interface RouteFacts {
  /** The role of the session that it is about. */
  readonly role?: string | undefined;
  /** The adapter that asks, by its instance's name: it is not told of itself. */
  readonly adapter?: string | undefined;
  /** Whether its far side is a person. */
  readonly isForPeople?: boolean | undefined;
}
